// Made from the list of commands by `cargo xtask bindings`.
/**
 * A range of a text, in Unicode code points from 0; the end is the first that isn't in it.
 */
export type ProblemRange = {
/**
 * The first code point.
 */
start: number,
/**
 * The first code point behind it.
 */
end: number, };
