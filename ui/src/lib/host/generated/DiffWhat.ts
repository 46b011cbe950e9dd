// Made from the list of commands by `cargo xtask bindings`.
/**
 * What of the two sides is compared.
 */
export type DiffWhat = "template" | "rendered" | "head" | "parameters" | "schema";
