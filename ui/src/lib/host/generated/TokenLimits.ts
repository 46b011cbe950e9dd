// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a token may do at most.
 */
export type TokenLimits = {
/**
 * How many calls it may begin in a minute; none for as many as it likes.
 */
requests_per_minute: number | null,
/**
 * How many calls it may have under way; none for as many as it likes.
 */
concurrent: number | null, };
