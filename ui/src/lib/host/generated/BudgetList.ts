// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetRow } from "./BudgetRow.ts";
import type { DaySpend } from "./DaySpend.ts";

/**
 * Every budget of the workspace.
 */
export type BudgetList = {
/**
 * In the order of `signalbox.toml`.
 */
budgets: Array<BudgetRow>,
/**
 * What was spent on each of the last 21 days, oldest first, today last.
 */
days: Array<DaySpend>, };
