// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where a key comes from.
 */
export type KeySource = "keychain" | "memory" | "environment";
