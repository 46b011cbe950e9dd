// Made from the list of commands by `cargo xtask bindings`.
/**
 * How bad it is.
 */
export type Severity = "error" | "warning" | "hint";
