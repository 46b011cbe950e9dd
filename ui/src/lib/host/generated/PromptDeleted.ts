// Made from the list of commands by `cargo xtask bindings`.
/**
 * A deleted prompt, until it is restored.
 */
export type PromptDeleted = {
/**
 * Its name.
 */
name: string,
/**
 * What `prompt_restore` takes.
 */
ticket: string, };
