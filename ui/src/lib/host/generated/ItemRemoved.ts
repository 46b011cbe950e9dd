// Made from the list of commands by `cargo xtask bindings`.
/**
 * Whether an item was taken out.
 */
export type ItemRemoved = {
/**
 * False when it wasn't there any more.
 */
removed: boolean, };
