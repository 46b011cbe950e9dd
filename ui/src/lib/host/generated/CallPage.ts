// Made from the list of commands by `cargo xtask bindings`.
import type { Call } from "./Call.ts";

/**
 * A page of calls.
 */
export type CallPage = {
/**
 * The calls, newest first.
 */
calls: Array<Call>, };
