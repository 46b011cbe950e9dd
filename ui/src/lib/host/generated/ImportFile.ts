// Made from the list of commands by `cargo xtask bindings`.
/**
 * A file of another tool.
 */
export type ImportFile = {
/**
 * Its path, with `/`.
 */
path: string,
/**
 * What it holds.
 */
text: string, };
