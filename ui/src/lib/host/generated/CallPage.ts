// Made from the list of commands by `cargo xtask bindings`.
import type { Call } from "./Call.ts";
import type { CallId } from "./CallId.ts";
import type { CallTotal } from "./CallTotal.ts";

/**
 * A page of calls.
 */
export type CallPage = {
/**
 * The calls, newest first.
 */
calls: Array<Call>,
/**
 * Where the next page begins (as `before`); none when there are no older calls.
 */
older: CallId | null,
/**
 * Where the page before begins (as `after`); none when there are no newer calls.
 */
newer: CallId | null,
/**
 * How many calls there are, when that was asked for.
 */
total: CallTotal | null,
/**
 * How many calls belong to the page and can't be read, so that they aren't among `calls`.
 */
unreadable: number, };
