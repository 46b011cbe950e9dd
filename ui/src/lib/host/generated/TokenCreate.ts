// Made from the list of commands by `cargo xtask bindings`.
import type { TokenLimits } from "./TokenLimits.ts";

/**
 * Makes a token.
 */
export type TokenCreate = {
/**
 * Its name: 1 to 64 letters, digits, dots, hyphens and underscores. No other token in use may have it.
 */
name: string,
/**
 * The user for whom its calls are made.
 */
user: string | null,
/**
 * The organisation for which they are made.
 */
org: string | null,
/**
 * The project for which they are made.
 */
project: string | null,
/**
 * What it may do at most.
 */
limits: TokenLimits, };
