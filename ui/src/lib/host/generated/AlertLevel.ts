// Made from the list of commands by `cargo xtask bindings`.
/**
 * A threshold of a budget that an account has passed.
 */
export type AlertLevel = "warn" | "degrade" | "stop";
