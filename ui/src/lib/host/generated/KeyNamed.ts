// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one key.
 */
export type KeyNamed = {
/**
 * The provider's name.
 */
provider: string,
/**
 * What the key is called, when the provider has several; none for the only one.
 */
name: string | null, };
