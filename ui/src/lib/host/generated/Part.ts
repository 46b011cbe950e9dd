// Made from the list of commands by `cargo xtask bindings`.
/**
 * The part of a prompt that a range counts in.
 */
export type Part = "head" | "body";
