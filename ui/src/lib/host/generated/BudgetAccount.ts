// Made from the list of commands by `cargo xtask bindings`.
/**
 * What one account has used of a budget in its period.
 */
export type BudgetAccount = {
/**
 * The account, such as `user:ann`.
 */
account: string,
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
