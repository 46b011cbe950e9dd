// Made from the list of commands by `cargo xtask bindings`.
/**
 * By what use is counted apart.
 */
export type UsageBy = "user" | "org" | "project" | "prompt" | "token" | "model" | "day";
