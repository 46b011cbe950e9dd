// Made from the list of commands by `cargo xtask bindings`.
import type { TokenLimits } from "./TokenLimits.ts";

/**
 * A token with which a program of this machine asks at the local endpoint. Its secret isn't known here.
 */
export type AppToken = {
/**
 * Its identifier: the part between the underscores of what was shown.
 */
id: string,
/**
 * Its name, by which calls and the log know it.
 */
name: string,
/**
 * The user for whom its calls are made; whom the caller names when there is none.
 */
user: string | null,
/**
 * The organisation for which they are made; which the caller names when there is none.
 */
org: string | null,
/**
 * The project for which they are made; which the caller names when there is none.
 */
project: string | null,
/**
 * What it may do at most.
 */
limits: TokenLimits,
/**
 * When it was made.
 */
created_at: string,
/**
 * When it was last used, give or take a minute.
 */
last_used_at: string | null,
/**
 * When it was revoked; nobody gets in with it from then on.
 */
revoked_at: string | null, };
