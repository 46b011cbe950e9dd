// Made from the list of commands by `cargo xtask bindings`.
import type { UsageBy } from "./UsageBy.ts";

/**
 * Asks what was used.
 */
export type UsageRequest = {
/**
 * By what it is counted apart.
 */
by: UsageBy,
/**
 * How many days, today among them; at most 366.
 */
days: number,
/**
 * By one account only, such as `project:support`; by all without.
 */
account?: string | null, };
