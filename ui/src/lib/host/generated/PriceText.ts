// Made from the list of commands by `cargo xtask bindings`.
/**
 * A price as people write it, in dollars per million tokens.
 */
export type PriceText = {
/**
 * Input.
 */
input: string,
/**
 * Output.
 */
output: string,
/**
 * Cached input; none for the input price.
 */
cached_input: string | null,
/**
 * Input written to the provider's cache; none for what the model's price in `signalbox.toml` says already.
 */
cache_write?: string,
/**
 * Input written to the provider's cache for an hour; none as above.
 */
cache_write_1h?: string,
/**
 * Reasoning; none as above.
 */
reasoning?: string, };
