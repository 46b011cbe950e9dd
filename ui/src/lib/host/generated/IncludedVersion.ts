// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";
import type { PromptName } from "./PromptName.ts";

/**
 * A version that is included.
 */
export type IncludedVersion = {
/**
 * The prompt, by the name that it has now.
 */
name: PromptName,
/**
 * Its number.
 */
version: number,
/**
 * The hash of its text.
 */
hash: ContentHash, };
