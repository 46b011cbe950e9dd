// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a completion is.
 */
export type CompletionKind = "variable" | "local" | "field" | "filter" | "test" | "function" | "statement" | "keyword" | "role" | "prompt" | "version" | "key" | "value";
