// Made from the list of commands by `cargo xtask bindings`.
/**
 * A table of use as a file.
 */
export type UsageExported = {
/**
 * Where it is.
 */
path: string,
/**
 * What is in it, as CSV.
 */
text: string, };
