// Made from the list of commands by `cargo xtask bindings`.
/**
 * Asks how an answer reads.
 */
export type AnswerParse = {
/**
 * The answer.
 */
text: string,
/**
 * The JSON Schema that it should follow; none for any JSON.
 */
schema: unknown, };
