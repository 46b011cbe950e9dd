// Made from the list of commands by `cargo xtask bindings`.
/**
 * An exported call.
 */
export type CallExported = {
/**
 * A name for a file.
 */
file: string,
/**
 * Its text.
 */
text: string, };
