// Made from the list of commands by `cargo xtask bindings`.
import type { AlertLevel } from "./AlertLevel.ts";
import type { Unit } from "./Unit.ts";

/**
 * That an account has passed a threshold of a budget, told once a period.
 */
export type BudgetAlert = {
/**
 * The budget's name.
 */
budget: string,
/**
 * The account, such as `user:ann`.
 */
account: string,
/**
 * Which threshold.
 */
level: AlertLevel,
/**
 * What the figures count; nano-dollars where it is dollars.
 */
unit: Unit,
/**
 * The limit.
 */
limit: number,
/**
 * Used in the period.
 */
settled: number,
/**
 * Reserved by calls under way.
 */
held: number,
/**
 * When the period ends; never for a limit in all.
 */
resets_at: string | null,
/**
 * The same in words.
 */
text: string, };
