// Made from the list of commands by `cargo xtask bindings`.
/**
 * For whom a call is made. Budgets count by it, kept answers are never shared beyond it, and the log shows it.
 */
export type Caller = {
/**
 * The user, as the caller names them.
 */
user: string | null,
/**
 * The organisation; the workspace's when absent.
 */
org: string | null,
/**
 * The project; the workspace's when absent.
 */
project: string | null,
/**
 * The name of the app token with which it was asked for.
 */
token: string | null, };
