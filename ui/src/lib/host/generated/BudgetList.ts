// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetRow } from "./BudgetRow.ts";
import type { BudgetTold } from "./BudgetTold.ts";
import type { BudgetTrend } from "./BudgetTrend.ts";
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
 * What was spent on each of the last 21 days by all projects together, oldest first, today last.
 */
days: Array<DaySpend>,
/**
 * What each budget's account used on the same days, in the order of the budgets.
 */
trends: Array<BudgetTrend>,
/**
 * What people were told in the last periods, the newest first; at most fifty.
 */
told: Array<BudgetTold>, };
