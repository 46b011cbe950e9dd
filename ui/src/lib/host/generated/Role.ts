// Made from the list of commands by `cargo xtask bindings`.
/**
 * Why a call is made. Chains, caches, fallbacks and degradation never cross roles.
 */
export type Role = "generate" | "classify" | "judge" | "guard" | "embed";
