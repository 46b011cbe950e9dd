// Made from the list of commands by `cargo xtask bindings`.
import type { PromptHit } from "./PromptHit.ts";

/**
 * What a search has found.
 */
export type PromptsFound = {
/**
 * By name.
 */
hits: Array<PromptHit>,
/**
 * Whether there are more.
 */
more: boolean, };
