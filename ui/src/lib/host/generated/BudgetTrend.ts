// Made from the list of commands by `cargo xtask bindings`.
/**
 * What the account of a budget that is shown used on each of the last days.
 */
export type BudgetTrend = {
/**
 * The budget's name.
 */
name: string,
/**
 * The oldest day first and today last, in the limit's unit.
 */
days: Array<number>, };
