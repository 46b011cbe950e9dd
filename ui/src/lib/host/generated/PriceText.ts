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
cached_input: string | null, };
