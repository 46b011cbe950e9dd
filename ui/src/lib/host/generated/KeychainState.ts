// Made from the list of commands by `cargo xtask bindings`.
/**
 * How the keychain does, and what to do about it.
 */
export type KeychainState = { "state": "open",
/**
 * What the operating system calls it.
 */
name: string, } | { "state": "locked",
/**
 * Why, and what to do.
 */
hint: string, } | { "state": "missing",
/**
 * Why, and what to do.
 */
hint: string, } | { "state": "denied",
/**
 * Why, and what to do.
 */
hint: string, } | { "state": "memory" };
