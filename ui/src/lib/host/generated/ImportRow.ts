// Made from the list of commands by `cargo xtask bindings`.
import type { Format } from "./Format.ts";
import type { ImportOutcome } from "./ImportOutcome.ts";
import type { Loss } from "./Loss.ts";
import type { PromptName } from "./PromptName.ts";
import type { SavedValues } from "./SavedValues.ts";
import type { Source } from "./Source.ts";

/**
 * One prompt of an import.
 */
export type ImportRow = {
/**
 * The prompt that it becomes. It differs from `name` where that was chosen or is taken.
 */
prompt: PromptName,
/**
 * What becomes of it there.
 */
outcome: ImportOutcome,
/**
 * The version that has its text.
 */
version: number,
/**
 * The file that it comes from.
 */
file: string,
/**
 * What that file is.
 */
format: Format,
/**
 * A name for it.
 */
name: PromptName,
/**
 * Its text.
 */
source: Source,
/**
 * Values to test it with.
 */
values: Array<SavedValues>,
/**
 * The labels that pointed to it.
 */
labels: Array<string>,
/**
 * Why it was saved there.
 */
message: string | null,
/**
 * What couldn't be carried.
 */
losses: Array<Loss>, };
