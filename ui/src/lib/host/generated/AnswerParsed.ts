// Made from the list of commands by `cargo xtask bindings`.
import type { AnswerCandidate } from "./AnswerCandidate.ts";
import type { AnswerError } from "./AnswerError.ts";
import type { AnswerRepair } from "./AnswerRepair.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * How an answer reads.
 */
export type AnswerParsed = {
/**
 * Whether there is a value, and it follows the schema.
 */
ok: boolean,
/**
 * The value; null without one, for `ok` says whether there is one.
 */
value: unknown,
/**
 * What was done to get it, or the nearest value, in the order of the text.
 */
repairs: Array<AnswerRepair>,
/**
 * How much the value can be trusted, from 0 to 1; 1 is a valid document, and 0 is no value.
 */
confidence: number,
/**
 * Whether the answer ends before the value does. Such a value isn't whole.
 */
truncated: boolean,
/**
 * Where the value was found: `whole`, `fence`, `tag`, `prose`, `lines`, `elements`, `fields`, `words` or `thought`.
 */
source: string | null,
/**
 * Where in the answer.
 */
range: TextRange | null,
/**
 * The other values that were found, best first.
 */
candidates: Array<AnswerCandidate>,
/**
 * Why there is no value.
 */
error: AnswerError | null, };
