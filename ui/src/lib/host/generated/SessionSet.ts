// Made from the list of commands by `cargo xtask bindings`.
/**
 * Keeps one value of the session.
 */
export type SessionSet = {
/**
 * The key, at most 200 characters.
 */
key: string,
/**
 * The value, at most 1 MiB as JSON; null removes it.
 */
value: unknown, };
