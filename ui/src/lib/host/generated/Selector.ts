// Made from the list of commands by `cargo xtask bindings`.
/**
 * Which version of a prompt is meant.
 */
export type Selector = string;
