// Made from the list of commands by `cargo xtask bindings`.
/**
 * A route.
 */
export type RouteRow = {
/**
 * Its name.
 */
name: string,
/**
 * The candidates of role `generate`, first to last.
 */
generate: Array<string>,
/**
 * Whether every candidate is simulated.
 */
simulated: boolean, };
