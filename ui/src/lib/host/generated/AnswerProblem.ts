// Made from the list of commands by `cargo xtask bindings`.
/**
 * One thing that doesn't follow a schema.
 */
export type AnswerProblem = {
/**
 * Where in the value, as a JSON pointer.
 */
path: string,
/**
 * The keyword of the schema.
 */
keyword: string,
/**
 * What was expected, in words.
 */
expected: string,
/**
 * What was found, shortened.
 */
found: string, };
