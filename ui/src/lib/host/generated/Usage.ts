// Made from the list of commands by `cargo xtask bindings`.
/**
 * Tokens used, as the provider counts them.
 */
export type Usage = {
/**
 * Input tokens in all: fresh ones, those read from the provider's cache and those written to it.
 */
input: number,
/**
 * Of the input tokens, those read from the provider's cache.
 */
cached_input: number,
/**
 * Of the input tokens, those written to the provider's cache for five minutes, or for as long as it keeps them.
 */
cache_write: number,
/**
 * Of the input tokens, those written to the provider's cache for an hour.
 */
cache_write_1h: number,
/**
 * Output tokens, reasoning included.
 */
output: number,
/**
 * Of the output tokens, those spent on reasoning.
 */
reasoning: number, };
