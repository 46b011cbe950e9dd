// Made from the list of commands by `cargo xtask bindings`.
/**
 * How bad a problem is.
 */
export type ProblemSeverity = "error" | "warning";
