// Made from the list of commands by `cargo xtask bindings`.
/**
 * What had been used by some moment of a period, in the limit's unit.
 */
export type CoursePoint = {
/**
 * The moment.
 */
at: string,
/**
 * Used by then.
 */
settled: number, };
