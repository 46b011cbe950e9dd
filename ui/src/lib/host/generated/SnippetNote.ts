// Made from the list of commands by `cargo xtask bindings`.
/**
 * Something in a snippet that isn't in the schema.
 */
export type SnippetNote = {
/**
 * The line, from 1.
 */
line: number,
/**
 * What stands there, shortened.
 */
text: string,
/**
 * What became of it, in words.
 */
note: string, };
