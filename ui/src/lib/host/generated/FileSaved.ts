// Made from the list of commands by `cargo xtask bindings`.
/**
 * A file that was written.
 */
export type FileSaved = {
/**
 * Where it is.
 */
path: string,
/**
 * How many calls are in it.
 */
calls: number,
/**
 * How many couldn't be read, so that they aren't in it.
 */
left_out: number, };
