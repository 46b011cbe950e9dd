// Made from the list of commands by `cargo xtask bindings`.
/**
 * Makes a prompt.
 */
export type PromptCreate = {
/**
 * Its name.
 */
name: string,
/**
 * The prompt whose latest text and saved values it starts with; none for an empty one.
 */
copy_of: string | null, };
