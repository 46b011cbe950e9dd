// Made from the list of commands by `cargo xtask bindings`.
/**
 * Brings a deleted prompt back.
 */
export type PromptRestore = {
/**
 * What `prompt_delete` gave.
 */
ticket: string, };
