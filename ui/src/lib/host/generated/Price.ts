// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";
import type { PriceStep } from "./PriceStep.ts";

/**
 * What a model's tokens cost.
 */
export type Price = {
/**
 * Other rates for long inputs, from the lowest step to the highest.
 */
steps: Array<PriceStep>,
/**
 * Input tokens that the provider's cache has no part in.
 */
input: Money,
/**
 * Input tokens read from the provider's cache.
 */
cached_input: Money,
/**
 * Input tokens written to the provider's cache for five minutes, or for as long as it keeps them.
 */
cache_write: Money,
/**
 * Input tokens written to the provider's cache for an hour.
 */
cache_write_1h: Money,
/**
 * Output tokens that are no reasoning.
 */
output: Money,
/**
 * Output tokens spent on reasoning.
 */
reasoning: Money, };
