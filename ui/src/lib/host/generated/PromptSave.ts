// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * Saves a version.
 */
export type PromptSave = {
/**
 * The prompt.
 */
name: string,
/**
 * The text.
 */
source: Source,
/**
 * Why it was changed.
 */
message: string, };
