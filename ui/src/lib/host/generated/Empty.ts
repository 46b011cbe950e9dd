// Made from the list of commands by `cargo xtask bindings`.
/**
 * Nothing.
 */
export type Empty = Record<symbol, never>;
