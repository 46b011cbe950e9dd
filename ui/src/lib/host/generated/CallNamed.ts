// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * Names one call.
 */
export type CallNamed = {
/**
 * The call.
 */
call: CallId, };
