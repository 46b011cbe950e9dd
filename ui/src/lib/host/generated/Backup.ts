// Made from the list of commands by `cargo xtask bindings`.
/**
 * One copy of the database.
 */
export type Backup = {
/**
 * The file's name.
 */
name: string,
/**
 * When it was made.
 */
at: string,
/**
 * How large it is.
 */
bytes: number, };
