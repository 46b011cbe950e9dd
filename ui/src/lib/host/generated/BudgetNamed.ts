// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one budget.
 */
export type BudgetNamed = {
/**
 * Its name.
 */
name: string, };
