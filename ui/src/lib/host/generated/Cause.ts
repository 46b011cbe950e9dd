// Made from the list of commands by `cargo xtask bindings`.
/**
 * Why a stage chose as it did.
 */
export type Cause = "label" | "version" | "draft" | "messages" | "ok" | "not configured" | "chain" | "model named" | "held" | "refused" | "no limit" | "near a limit" | "degraded" | "no reserve" | "overshot" | "miss" | "hit" | "stale" | "joined" | "kept" | "not kept" | "waited" | "again" | "cooled down" | "passed over" | "probe" | "held back" | "sent" | "first token" | "complete" | "truncated" | "valid" | "repaired" | "invalid" | "asked again" | "escalated" | "failed" | "fallback" | "cancelled" | "interrupted" | "unverified" | "exact" | "lower bound" | "nothing" | "stored" | "not stored";
