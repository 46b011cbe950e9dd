// Made from the list of commands by `cargo xtask bindings`.
/**
 * A file for another tool.
 */
export type ExportedFile = {
/**
 * Where it is.
 */
path: string,
/**
 * Whether it was there already, with the same content.
 */
unchanged: boolean, };
