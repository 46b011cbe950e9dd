// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a provider can't be told of a schema.
 */
export type SchemaLoss = {
/**
 * Where in the schema, as a JSON pointer.
 */
path: string,
/**
 * The keyword.
 */
keyword: string,
/**
 * Whether the value comes out the same all the same: it only travels in another form.
 */
restored: boolean,
/**
 * What becomes of it, in words.
 */
note: string, };
