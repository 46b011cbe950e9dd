// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one route.
 */
export type RouteNamed = {
/**
 * Its name.
 */
name: string, };
