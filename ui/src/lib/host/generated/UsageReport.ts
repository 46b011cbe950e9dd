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
 * The account that it is about; none for all.
 */
account: string | null,
/**
 * Those who have used something, the most money first; or every day, the oldest first.
 */
rows: Array<UsageRow>,
/**
 * What they have used together.
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
