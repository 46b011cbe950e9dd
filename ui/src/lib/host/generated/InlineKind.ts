// Made from the list of commands by `cargo xtask bindings`.
/**
 * Which text has a piece.
 */
export type InlineKind = "equal" | "inserted" | "deleted";
