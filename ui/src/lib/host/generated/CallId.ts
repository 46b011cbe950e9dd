// Made from the list of commands by `cargo xtask bindings`.
/**
 * One request through the gateway.
 */
export type CallId = string;
