// Made from the list of commands by `cargo xtask bindings`.
import type { Amounts } from "./Amounts.ts";
import type { UsageBy } from "./UsageBy.ts";
import type { UsageRow } from "./UsageRow.ts";

/**
 * What was used in some days, with what is in doubt.
 */
export type UsageReport = {
/**
 * By what it is counted apart.
 */
by: UsageBy,
/**
 * Those who have used something, the most money first; or every day, the oldest first.
 */
rows: Array<UsageRow>,
/**
 * What all projects have used together.
 */
total: Amounts,
/**
 * The first midnight.
 */
from: string,
/**
 * The last midnight.
 */
to: string, };
