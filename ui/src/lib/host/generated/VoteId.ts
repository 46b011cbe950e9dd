// Made from the list of commands by `cargo xtask bindings`.
/**
 * One vote between answers.
 */
export type VoteId = string;
