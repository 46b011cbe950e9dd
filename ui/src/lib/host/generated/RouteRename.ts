// Made from the list of commands by `cargo xtask bindings`.
/**
 * Gives a route another name.
 */
export type RouteRename = {
/**
 * Its name.
 */
name: string,
/**
 * The new one.
 */
to: string, };
