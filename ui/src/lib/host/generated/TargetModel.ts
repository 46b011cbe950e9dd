// Made from the list of commands by `cargo xtask bindings`.
/**
 * A model that can be named.
 */
export type TargetModel = {
/**
 * Its name.
 */
name: string,
/**
 * Its provider.
 */
provider: string,
/**
 * Whether it is simulated.
 */
simulated: boolean, };
