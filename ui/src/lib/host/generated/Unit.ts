// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a limit is measured in.
 */
export type Unit = "dollars" | "tokens" | "requests";
