// Made from the list of commands by `cargo xtask bindings`.
/**
 * A piece of a line.
 */
export type DiffSpan = {
/**
 * The text.
 */
text: string,
/**
 * Whether the other side lacks it.
 */
changed: boolean, };
