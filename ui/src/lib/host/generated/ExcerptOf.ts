// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a word was found in.
 */
export type ExcerptOf = { "kind": "name" } | { "kind": "description" } | { "kind": "label" } | { "kind": "message",
/**
 * The version.
 */
version: number, } | { "kind": "text",
/**
 * The version.
 */
version: number,
/**
 * The line in its template, from 1; in the front matter it is none.
 */
line: number | null, };
