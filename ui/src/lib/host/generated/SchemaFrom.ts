// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a schema is made from.
 */
export type SchemaFrom = "example" | "typescript" | "pydantic";
