// Made from the list of commands by `cargo xtask bindings`.
/**
 * Asks what each model enforces of a schema.
 */
export type SchemaModels = {
/**
 * The JSON Schema.
 */
schema: unknown, };
