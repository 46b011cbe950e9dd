// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * What was spent on one day.
 */
export type DaySpend = {
/**
 * The day in the workspace's time zone, as `2026-11-22`.
 */
day: string,
/**
 * The money.
 */
spent: Money, };
