// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * A refusal by a budget, with everything that a person needs to act on it.
 */
export type BudgetRefusal = {
/**
 * The budget's name in `signalbox.toml`.
 */
budget: string,
/**
 * What it limits, such as `project:support`.
 */
scope: string,
/**
 * The limit of the period.
 */
limit: Money,
/**
 * Spent in the period.
 */
settled: Money,
/**
 * Reserved by calls under way.
 */
held: Money,
/**
 * What this call would have reserved.
 */
needed: Money,
/**
 * When the period ends.
 */
resets_at: string, };
