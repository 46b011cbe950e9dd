// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * A budget and what is used of it now.
 */
export type BudgetRow = {
/**
 * Its name in `signalbox.toml`.
 */
name: string,
/**
 * What it limits, such as `project:support`.
 */
scope: string,
/**
 * The period, such as `day`.
 */
period: string,
/**
 * The limit of the period.
 */
limit: Money,
/**
 * The share of the limit at which it warns, 0 to 1.
 */
warn_at: number,
/**
 * Spent in this period.
 */
settled: Money,
/**
 * Reserved by calls under way.
 */
held: Money,
/**
 * What can still be reserved.
 */
left: Money,
/**
 * Calls that it refused in this period.
 */
refused: number,
/**
 * When the period ends.
 */
resets_at: string, };
