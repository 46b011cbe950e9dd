// Made from the list of commands by `cargo xtask bindings`.
/**
 * The stages of the pipeline, in their order.
 */
export type Stage = "resolve" | "render" | "guard in" | "route" | "hold" | "cache" | "attempt" | "guard out" | "parse" | "judge" | "badge" | "settle" | "record";
