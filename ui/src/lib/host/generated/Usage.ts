// Made from the list of commands by `cargo xtask bindings`.
/**
 * Tokens used, as the provider counts them.
 */
export type Usage = {
/**
 * Input tokens, cached ones included.
 */
input: number,
/**
 * Input tokens that the provider had cached.
 */
cached_input: number,
/**
 * Output tokens, reasoning included.
 */
output: number,
/**
 * Output tokens spent on reasoning.
 */
reasoning: number, };
