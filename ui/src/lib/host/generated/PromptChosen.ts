// Made from the list of commands by `cargo xtask bindings`.
import type { Selector } from "./Selector.ts";

/**
 * A version that a selector means.
 */
export type PromptChosen = {
/**
 * The prompt.
 */
name: string,
/**
 * Which of its versions.
 */
version: Selector, };
