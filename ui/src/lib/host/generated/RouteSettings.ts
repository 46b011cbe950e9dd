// Made from the list of commands by `cargo xtask bindings`.
import type { CacheSettings } from "./CacheSettings.ts";
import type { JudgeSettings } from "./JudgeSettings.ts";
import type { TierChain } from "./TierChain.ts";

/**
 * What a route says; what `signalbox.toml` leaves out has its default.
 */
export type RouteSettings = {
/**
 * The candidates of role `generate`: one chain without a tier for all, or one for each of some tiers.
 */
generate: Array<TierChain>,
/**
 * The candidates of role `classify`; empty when it has none.
 */
classify: Array<string>,
/**
 * Who checks its answers; none when nobody does.
 */
judge: JudgeSettings | null,
/**
 * The longest wait for the first piece of an answer, in milliseconds.
 */
first_token_ms: number,
/**
 * The longest wait for the next piece, in milliseconds.
 */
idle_ms: number,
/**
 * The longest wait for the whole answer, in milliseconds.
 */
total_ms: number,
/**
 * The longest answer of a prompt that sets no `max_tokens`, in tokens.
 */
max_output: number,
/**
 * The longest wait for a candidate that is rate limited, before the next is tried, in milliseconds.
 */
patience_ms: number,
/**
 * Whether an answer is held back until it is whole.
 */
integrity: boolean,
/**
 * How answers are kept and served again; none when they aren't.
 */
cache: CacheSettings | null, };
