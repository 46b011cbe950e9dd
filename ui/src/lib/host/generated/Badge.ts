// Made from the list of commands by `cargo xtask bindings`.
/**
 * What the user is shown about the check of an answer.
 */
export type Badge = { "state": "verified" } | { "state": "failed" } | { "state": "unverified",
/**
 * The reason in words.
 */
reason: string, };
