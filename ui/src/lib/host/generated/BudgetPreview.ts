// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * What a change of a budget would have done to the calls of the last week.
 */
export type BudgetPreview = {
/**
 * The calls that it covers.
 */
calls: number,
/**
 * Those of them that it would have refused.
 */
refused: number,
/**
 * Those of them that it would have made cheaper.
 */
degraded: number,
/**
 * The accounts that would have been refused something.
 */
accounts: number,
/**
 * When it would have refused the first.
 */
first: string | null,
/**
 * What the refused calls have cost.
 */
spared: Money,
/**
 * The same in words.
 */
text: string, };
