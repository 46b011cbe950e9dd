// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * The calls of a drill.
 */
export type DrillCalls = {
/**
 * Their identifiers, in the order in which they were started.
 */
calls: Array<CallId>, };
