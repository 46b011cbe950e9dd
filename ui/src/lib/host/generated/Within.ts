// Made from the list of commands by `cargo xtask bindings`.
import type { PromptName } from "./PromptName.ts";

/**
 * The included prompt that something stands in.
 */
export type Within = {
/**
 * The prompt.
 */
prompt: PromptName,
/**
 * Its version.
 */
version: number, };
