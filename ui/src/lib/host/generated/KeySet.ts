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
 * The key.
 */
key: string, };
