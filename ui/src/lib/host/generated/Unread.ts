// Made from the list of commands by `cargo xtask bindings`.
/**
 * A file that couldn't be imported.
 */
export type Unread = {
/**
 * The file, from the folder that was imported.
 */
file: string,
/**
 * Why, and what to do.
 */
message: string, };
