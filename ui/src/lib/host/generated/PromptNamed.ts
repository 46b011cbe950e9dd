// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one prompt.
 */
export type PromptNamed = {
/**
 * Its name.
 */
name: string, };
