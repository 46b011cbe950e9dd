// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where a call stands.
 */
export type CallStatus = "running" | "done" | "failed" | "refused" | "cancelled" | "interrupted";
