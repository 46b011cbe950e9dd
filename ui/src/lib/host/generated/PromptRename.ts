// Made from the list of commands by `cargo xtask bindings`.
/**
 * Renames a prompt.
 */
export type PromptRename = {
/**
 * Its name now.
 */
name: string,
/**
 * Its name to be.
 */
to: string, };
