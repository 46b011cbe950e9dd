// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where a price comes from.
 */
export type PriceOrigin = "workspace" | "table" | "local" | "unknown";
