// Made from the list of commands by `cargo xtask bindings`.
/**
 * The name of a prompt, such as `support/reply`: a folder's path with `/`, safe on every system.
 */
export type PromptName = string;
