// Made from the list of commands by `cargo xtask bindings`.
import type { TextRange } from "./TextRange.ts";

/**
 * Another value that was found in an answer.
 */
export type AnswerCandidate = {
/**
 * Where it was found.
 */
source: string,
/**
 * Where in the answer.
 */
range: TextRange,
/**
 * What reading it costs.
 */
cost: number,
/**
 * How many things are wrong with it that can't be mended.
 */
wrong: number,
/**
 * Whether the answer ends inside it.
 */
truncated: boolean, };
