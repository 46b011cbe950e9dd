// Made from the list of commands by `cargo xtask bindings`.
/**
 * How an answer is made to follow a schema, strongest first.
 */
export type SchemaMode = "strict" | "tool" | "json_mode" | "prompt";
