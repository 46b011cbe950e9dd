// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * The calls of a drill that has begun.
 */
export type DrillStarted = {
/**
 * The calls.
 */
calls: Array<CallId>, };
