// Made from the list of commands by `cargo xtask bindings`.
/**
 * A named set of values.
 */
export type SavedValues = {
/**
 * Its name, which says what it tests.
 */
name: string,
/**
 * A value for each variable. What is missing has its default.
 */
values: Record<string, unknown>, };
