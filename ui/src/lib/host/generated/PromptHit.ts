// Made from the list of commands by `cargo xtask bindings`.
import type { Excerpt } from "./Excerpt.ts";
import type { PromptName } from "./PromptName.ts";

/**
 * A prompt that a search has found.
 */
export type PromptHit = {
/**
 * The prompt.
 */
name: PromptName,
/**
 * Whether it was put away.
 */
archived: boolean,
/**
 * Where one of the words is.
 */
excerpt: Excerpt | null, };
