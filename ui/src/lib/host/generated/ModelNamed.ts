// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one model.
 */
export type ModelNamed = {
/**
 * Its name.
 */
name: string, };
