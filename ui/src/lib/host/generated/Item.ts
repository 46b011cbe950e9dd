// Made from the list of commands by `cargo xtask bindings`.
/**
 * A line of a data set.
 */
export type Item = {
/**
 * What the values and the wanted answer hash to, so that one item is never there twice.
 */
id: string,
/**
 * What it tests, such as the name of the saved values.
 */
case?: string,
/**
 * A value for each variable.
 */
values: Record<string, unknown>,
/**
 * The answer that is wanted.
 */
expected?: string, };
