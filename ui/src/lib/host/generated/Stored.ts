// Made from the list of commands by `cargo xtask bindings`.
/**
 * When something was stored.
 */
export type Stored = {
/**
 * The moment.
 */
at: string, };
