// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetRefusal } from "./BudgetRefusal.ts";
import type { Limit } from "./Limit.ts";

/**
 * What kind of failure it was. The list is an allow-list: whatever isn't known is `Server`.
 */
export type ErrorClass = { "kind": "client" } | { "kind": "auth" } | { "kind": "billing" } | { "kind": "rate_limited" } | { "kind": "context_window" } | { "kind": "content_policy" } | { "kind": "overloaded" } | { "kind": "server" } | { "kind": "connect" } | { "kind": "timeout",
/**
 * Which.
 */
limit: Limit, } | { "kind": "stream_cut",
/**
 * Whether the caller had already been given a part of the answer.
 */
delivered: boolean, } | { "kind": "malformed" } | { "kind": "empty" } | { "kind": "schema_invalid" } | { "kind": "budget",
/**
 * Which, how much, and until when.
 */
refusal: BudgetRefusal, } | { "kind": "guardrail",
/**
 * The guard's name in `signalbox.toml`.
 */
guard: string, } | { "kind": "unavailable" };
