// Made from the list of commands by `cargo xtask bindings`.
/**
 * Why an attempt was made.
 */
export type AttemptReason = "first" | "again" | "other_key" | "fallback" | "probe" | "reask" | "escalation";
