// Made from the list of commands by `cargo xtask bindings`.
import type { Completion } from "./Completion.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * What may stand at a place.
 */
export type Completions = {
/**
 * What is written of it already, in code points of the part.
 */
range: TextRange,
/**
 * What may stand there, the likeliest first. It isn't narrowed down by what is written already.
 */
items: Array<Completion>, };
