// Made from the list of commands by `cargo xtask bindings`.
/**
 * Puts another schema of the answer into a front matter. Nothing is stored.
 */
export type SchemaWrite = {
/**
 * The front matter.
 */
head: string,
/**
 * The schema as JSON; blank for none.
 */
text: string, };
