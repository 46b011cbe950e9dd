// Made from the list of commands by `cargo xtask bindings`.
import type { Role } from "./Role.ts";

/**
 * Candidates of several roles failing together.
 */
export type Alarm = {
/**
 * What fails, in words.
 */
text: string,
/**
 * Since when.
 */
since: string,
/**
 * The roles.
 */
roles: Array<Role>, };
