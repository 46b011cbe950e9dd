// Made from the list of commands by `cargo xtask bindings`.
/**
 * How sure a settlement is.
 */
export type SettlementKind = "exact" | "lower_bound";
