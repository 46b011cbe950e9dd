// Made from the list of commands by `cargo xtask bindings`.
import type { CallFilter } from "./CallFilter.ts";

/**
 * Saves every call that is meant, as lines of JSON, newest first.
 */
export type CallsSave = {
/**
 * Which calls.
 */
filter: CallFilter, };
