// Made from the list of commands by `cargo xtask bindings`.
/**
 * Keeps a key in the keychain.
 */
export type KeySet = {
/**
 * The provider's name.
 */
provider: string,
/**
 * What the key is called, when the provider has several; a new name adds a key. None for the only one.
 */
name: string | null,
/**
 * The key.
 */
key: string, };
