// Made from the list of commands by `cargo xtask bindings`.
/**
 * Asks for events.
 */
export type Subscribe = {
/**
 * The number of the last frame that was seen; 0 for "from now on".
 */
after: number, };
