// Made from the list of commands by `cargo xtask bindings`.
/**
 * The form of an exported call.
 */
export type ExportFormat = { "kind": "json" } | { "kind": "curl",
/**
 * Which attempt, from 1.
 */
attempt: number, };
