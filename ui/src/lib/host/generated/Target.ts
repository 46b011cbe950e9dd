// Made from the list of commands by `cargo xtask bindings`.
/**
 * What the caller asked to be served by.
 */
export type Target = { "by": "route", "name": string } | { "by": "model", "name": string };
