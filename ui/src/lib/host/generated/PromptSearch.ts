// Made from the list of commands by `cargo xtask bindings`.
/**
 * Searches names, labels, messages and texts.
 */
export type PromptSearch = {
/**
 * Words, all of which must be there, in any order.
 */
text: string,
/**
 * Whether prompts that were put away are searched too.
 */
archived?: boolean, };
