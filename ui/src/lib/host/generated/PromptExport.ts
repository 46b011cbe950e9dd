// Made from the list of commands by `cargo xtask bindings`.
import type { Format } from "./Format.ts";
import type { PromptChosen } from "./PromptChosen.ts";

/**
 * Asks for files for another tool.
 */
export type PromptExport = {
/**
 * The versions.
 */
prompts: Array<PromptChosen>,
/**
 * The other tool.
 */
format: Format, };
