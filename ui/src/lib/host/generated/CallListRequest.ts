// Made from the list of commands by `cargo xtask bindings`.
import type { CallFilter } from "./CallFilter.ts";
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
 * Only calls newer than this one: those next to it, still newest first. `before` comes first when both are given.
 */
after?: CallId | null,
/**
 * How many, at most 200.
 */
limit: number,
/**
 * Only calls of this prompt, besides what the filter says.
 */
prompt: string | null,
/**
 * Which calls; all when absent.
 */
filter?: CallFilter | null,
/**
 * Whether the calls shall be counted, which costs about as much as another page.
 */
count?: boolean | null, };
