// Made from the list of commands by `cargo xtask bindings`.
/**
 * Lines of the template, from 1, both included.
 */
export type LineRange = {
/**
 * The first, which is the marker's if there is one.
 */
first: number,
/**
 * The last that isn't blank.
 */
last: number, };
