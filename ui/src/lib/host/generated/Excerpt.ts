// Made from the list of commands by `cargo xtask bindings`.
import type { ExcerptOf } from "./ExcerptOf.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * A place in which a word of a search was found.
 */
export type Excerpt = {
/**
 * What it is a part of.
 */
of: ExcerptOf,
/**
 * Some of the text, on one line.
 */
text: string,
/**
 * Where in it the word is, in code points.
 */
range: TextRange, };
