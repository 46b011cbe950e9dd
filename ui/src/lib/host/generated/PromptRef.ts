// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";

/**
 * The prompt that a call used.
 */
export type PromptRef = {
/**
 * Its name.
 */
name: string,
/**
 * The version; none for a draft.
 */
version: number | null,
/**
 * The hash of the text that was used.
 */
hash: ContentHash, };
