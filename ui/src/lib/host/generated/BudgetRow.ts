// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetAccount } from "./BudgetAccount.ts";
import type { Forecast } from "./Forecast.ts";
import type { Money } from "./Money.ts";
import type { Unit } from "./Unit.ts";

/**
 * A budget and what is used of it now. Figures are in the limit's unit; nano-dollars where it is dollars.
 */
export type BudgetRow = {
/**
 * Its name in `signalbox.toml`.
 */
name: string,
/**
 * What it covers, such as `user:*` or `project:support`.
 */
covers: string,
/**
 * The account whose use is shown: of several, the one that is nearest to the limit.
 */
scope: string,
/**
 * The period: `day`, `week`, `month` or `total`.
 */
period: string,
/**
 * What is counted.
 */
unit: Unit,
/**
 * The limit of the period.
 */
limit: number,
/**
 * The share of the limit at which it warns, 0 to 1.
 */
warn_at: number,
/**
 * The share of the limit from which calls are made cheaper, 0 to 1.
 */
degrade_at: number,
/**
 * How they are made cheaper, in this order: `cheaper_tier`, `clamp_output`, `cache_first`.
 */
degrade: Array<string>,
/**
 * What a million tokens of a model without a price count as; none when such models are refused.
 */
unknown_price: Money | null,
/**
 * Calls that it refused in this period.
 */
refused: number,
/**
 * When the period ends; never for a limit in all.
 */
resets_at: string | null,
/**
 * What will be used at the period's end, where enough is known.
 */
forecast: Forecast | null,
/**
 * The accounts that have used something in this period, the fullest first; at most fifty.
 */
accounts: Array<BudgetAccount>,
/**
 * How many there are.
 */
account_count: number,
/**
 * Used in this period.
 */
settled: number,
/**
 * Reserved by calls under way.
 */
held: number,
/**
 * What can still be reserved.
 */
left: number, };
