// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetList } from "./BudgetList.ts";
import type { ConfigUndo } from "./ConfigUndo.ts";

/**
 * What changing the budgets has led to.
 */
export type BudgetsChanged = {
/**
 * Every budget, as it is now.
 */
list: BudgetList,
/**
 * How to take the change back.
 */
undo: ConfigUndo, };
