// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * Rates that hold for a whole request once its input is longer than some number of tokens.
 */
export type PriceStep = {
/**
 * The longest input, in tokens and with all that the cache has a part in, for which they don't hold yet.
 */
above: number,
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
