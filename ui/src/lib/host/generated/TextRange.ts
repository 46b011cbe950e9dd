// Made from the list of commands by `cargo xtask bindings`.
/**
 * A part of a text, in Unicode code points from its start. `end` is the first code point after the part.
 */
export type TextRange = {
/**
 * The first code point.
 */
start: number,
/**
 * The first code point behind it.
 */
end: number, };
