// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names an item.
 */
export type ItemNamed = {
/**
 * The prompt.
 */
name: string,
/**
 * The item.
 */
id: string, };
