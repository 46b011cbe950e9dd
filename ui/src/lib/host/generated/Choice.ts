// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a person chose.
 */
export type Choice = { "kind": "pane",
/**
 * From 0.
 */
index: number, } | { "kind": "equal" } | { "kind": "neither" };
