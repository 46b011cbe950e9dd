// Made from the list of commands by `cargo xtask bindings`.
/**
 * Adds a model that a provider has, under a name that is free.
 */
export type ModelAdd = {
/**
 * The provider.
 */
provider: string,
/**
 * The model's identifier there.
 */
id: string, };
