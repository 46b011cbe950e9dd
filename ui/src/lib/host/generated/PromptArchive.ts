// Made from the list of commands by `cargo xtask bindings`.
/**
 * Puts a prompt away, or takes it back.
 */
export type PromptArchive = {
/**
 * The prompt.
 */
name: string,
/**
 * Whether it is put away.
 */
archived: boolean, };
