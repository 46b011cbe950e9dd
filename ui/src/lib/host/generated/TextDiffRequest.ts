// Made from the list of commands by `cargo xtask bindings`.
/**
 * Asks for the words that differ between two answers.
 */
export type TextDiffRequest = {
/**
 * The answer to compare with.
 */
before: string,
/**
 * The answer that is marked.
 */
after: string, };
