// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a model wrote in an attempt.
 */
export type Written = {
/**
 * The attempt, from 1.
 */
attempt: number,
/**
 * The text as it came.
 */
text: string, };
