// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * A stored answer that was served instead of a new one.
 */
export type CacheHit = {
/**
 * The call that had produced it.
 */
of: CallId,
/**
 * How old it was, in milliseconds.
 */
age_ms: number,
/**
 * Whether it was older than the route allows, and served only because the chain had failed.
 */
stale: boolean, };
