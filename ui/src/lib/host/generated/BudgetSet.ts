// Made from the list of commands by `cargo xtask bindings`.
/**
 * Sets a budget's limit, or makes the budget.
 */
export type BudgetSet = {
/**
 * Its name.
 */
name: string,
/**
 * The limit as people write it, such as `$5.00`.
 */
limit: string,
/**
 * The share of the limit at which it warns, 0 to 1; none leaves it as it is.
 */
warn_at: number | null, };
