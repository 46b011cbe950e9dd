// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";

/**
 * Asks for a page of calls, newest first.
 */
export type CallListRequest = {
/**
 * Only calls older than this one.
 */
before: CallId | null,
/**
 * How many, at most 500.
 */
limit: number,
/**
 * Only calls of this prompt.
 */
prompt: string | null, };
