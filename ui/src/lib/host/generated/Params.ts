// Made from the list of commands by `cargo xtask bindings`.
import type { Effort } from "./Effort.ts";

/**
 * How a model should answer. What is absent is left to the provider.
 */
export type Params = {
/**
 * Randomness, 0 to 2.
 */
temperature: number | null,
/**
 * The share of probability to sample from, 0 to 1.
 */
top_p: number | null,
/**
 * The longest answer, in tokens.
 */
max_tokens: number | null,
/**
 * The seed for providers that take one.
 */
seed: number | null,
/**
 * Texts at which the answer ends.
 */
stop: Array<string>,
/**
 * How much the model should think before it answers, for models that can be told.
 */
reasoning: Effort | null, };
