// Made from the list of commands by `cargo xtask bindings`.
import type { IncludeRow } from "./IncludeRow.ts";
import type { PromptName } from "./PromptName.ts";

/**
 * What a text includes, and what includes its prompt.
 */
export type IncludesAnswer = {
/**
 * In the order of the text.
 */
includes: Array<IncludeRow>,
/**
 * The prompts whose newest version includes this one, by name.
 */
included_by: Array<PromptName>, };
