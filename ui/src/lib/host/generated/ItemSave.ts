// Made from the list of commands by `cargo xtask bindings`.
/**
 * Adds an item to the data set of a prompt, `datasets/NAME.jsonl`.
 */
export type ItemSave = {
/**
 * The prompt.
 */
name: string,
/**
 * What it tests.
 */
case: string | null,
/**
 * A value for each variable.
 */
values: Record<string, unknown>,
/**
 * The answer that is wanted, if there is one.
 */
expected: string | null, };
