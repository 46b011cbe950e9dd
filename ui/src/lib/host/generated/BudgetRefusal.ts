// Made from the list of commands by `cargo xtask bindings`.
import type { Unit } from "./Unit.ts";

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
 * What the figures count; nano-dollars where it is dollars.
 */
unit: Unit,
/**
 * The limit of the period.
 */
limit: number,
/**
 * Spent in the period.
 */
settled: number,
/**
 * Reserved by calls under way.
 */
held: number,
/**
 * What this call would have reserved.
 */
needed: number,
/**
 * When the period ends; never for a limit in all.
 */
resets_at: string | null, };
