// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where prices come from.
 */
export type PriceSource = {
/**
 * The day of the built-in table, as `2026-11-22`.
 */
taken: string,
/**
 * How old it is, in days.
 */
age_days: number,
/**
 * Who published it.
 */
origin: string, };
