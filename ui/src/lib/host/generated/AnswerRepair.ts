// Made from the list of commands by `cargo xtask bindings`.
/**
 * One thing that was done to an answer.
 */
export type AnswerRepair = {
/**
 * Where in the value, as a JSON pointer; empty for the whole.
 */
path: string,
/**
 * What was done, by its name, which is the same in every release.
 */
what: string,
/**
 * How much it takes from the trust in the value: 1 is nothing to speak of, 100 is a guess.
 */
cost: number,
/**
 * What was done, in words.
 */
note: string, };
