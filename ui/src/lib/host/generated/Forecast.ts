// Made from the list of commands by `cargo xtask bindings`.
/**
 * What will have been used at the end of a period, in the limit's unit.
 */
export type Forecast = {
/**
 * The likely amount.
 */
expected: number,
/**
 * Four times in five it isn't less than this.
 */
low: number,
/**
 * Nor more than this.
 */
high: number,
/**
 * How many days it is known from.
 */
days: number, };
