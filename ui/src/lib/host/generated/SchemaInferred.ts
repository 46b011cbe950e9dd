// Made from the list of commands by `cargo xtask bindings`.
import type { AnswerRepair } from "./AnswerRepair.ts";
import type { SnippetNote } from "./SnippetNote.ts";

/**
 * A schema that was made.
 */
export type SchemaInferred = {
/**
 * The schema as JSON.
 */
schema: string,
/**
 * How many examples it was made from.
 */
examples: number,
/**
 * What of the text isn't in it.
 */
losses: Array<SnippetNote>,
/**
 * What was done to an example that isn't valid JSON.
 */
repairs: Array<AnswerRepair>, };
