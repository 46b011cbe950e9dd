// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where a piece of text comes from.
 */
export type Origin = { "kind": "template" } | { "kind": "value",
/**
 * The expression as it is written.
 */
expression: string,
/**
 * Its line in the template, from 1.
 */
line: number, };
