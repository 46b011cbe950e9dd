// Made from the list of commands by `cargo xtask bindings`.
/**
 * How much a model should think.
 */
export type Effort = "minimal" | "low" | "medium" | "high";
