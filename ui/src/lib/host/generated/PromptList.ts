// Made from the list of commands by `cargo xtask bindings`.
import type { PromptRow } from "./PromptRow.ts";

/**
 * All prompts of the workspace.
 */
export type PromptList = {
/**
 * By name.
 */
prompts: Array<PromptRow>, };
