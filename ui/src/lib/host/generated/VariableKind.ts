// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a variable holds.
 */
export type VariableKind = "string" | "number" | "integer" | "boolean" | "list" | "object" | "any";
