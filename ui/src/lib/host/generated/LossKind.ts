// Made from the list of commands by `cargo xtask bindings`.
/**
 * What became of something that the other format doesn't have.
 */
export type LossKind = "changed" | "left_out" | "refused";
