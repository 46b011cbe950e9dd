// Made from the list of commands by `cargo xtask bindings`.
import type { Part } from "./Part.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * A change of a text.
 */
export type TextEdit = {
/**
 * The part.
 */
part: Part,
/**
 * What is replaced, in code points of the part.
 */
range: TextRange,
/**
 * The new text.
 */
replacement: string, };
