// Made from the list of commands by `cargo xtask bindings`.
import type { Prompt } from "./Prompt.ts";
import type { Source } from "./Source.ts";

/**
 * What became of it.
 */
export type PromptSaved = {
/**
 * The prompt as it is now.
 */
prompt: Prompt,
/**
 * The version that has the text.
 */
number: number,
/**
 * Whether the latest version already had it, so that nothing was written.
 */
unchanged: boolean,
/**
 * The text as it was saved, when the versions that its includes stand for were written into its front matter.
 */
source?: Source, };
