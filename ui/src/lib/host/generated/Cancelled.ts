// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * What was cancelled.
 */
export type Cancelled = {
/**
 * The calls that were under way.
 */
calls: Array<CallId>, };
