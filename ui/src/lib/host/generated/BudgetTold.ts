// Made from the list of commands by `cargo xtask bindings`.
import type { AlertLevel } from "./AlertLevel.ts";

/**
 * That an account passed a threshold of a budget.
 */
export type BudgetTold = {
/**
 * When.
 */
at: string,
/**
 * The budget's name; it may have been removed since.
 */
budget: string,
/**
 * The account, such as `user:ann`.
 */
account: string,
/**
 * The threshold.
 */
level: AlertLevel,
/**
 * How many calls the budget refused in that period, where it is one that refuses.
 */
refused: number, };
