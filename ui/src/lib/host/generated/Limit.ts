// Made from the list of commands by `cargo xtask bindings`.
/**
 * Which of a route's time limits ran out.
 */
export type Limit = "first_token" | "idle" | "total";
