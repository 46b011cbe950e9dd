// Made from the list of commands by `cargo xtask bindings`.
/**
 * A count that stops at a thousand.
 */
export type CallTotal = {
/**
 * How many there are, at least.
 */
count: number,
/**
 * Whether there are more.
 */
more: boolean, };
