// Made from the list of commands by `cargo xtask bindings`.
/**
 * The capability class of a model, weakest first.
 */
export type Tier = "simple" | "standard" | "complex" | "reasoning";
