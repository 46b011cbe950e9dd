// Made from the list of commands by `cargo xtask bindings`.
import type { Prompt } from "./Prompt.ts";
import type { Settled } from "./Settled.ts";

/**
 * A prompt whose files git could not merge, settled.
 */
export type PromptSettled = {
/**
 * The prompt as it is now.
 */
prompt: Prompt,
/**
 * What became of the two sides.
 */
settled: Settled, };
