// Made from the list of commands by `cargo xtask bindings`.
/**
 * What becomes of an imported prompt. Nothing is ever overwritten.
 */
export type ImportOutcome = "new" | "version" | "unchanged";
