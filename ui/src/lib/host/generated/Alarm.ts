// Made from the list of commands by `cargo xtask bindings`.
import type { Role } from "./Role.ts";

/**
 * Things that should be independent fail together.
 */
export type Alarm = {
/**
 * What fails together, in words.
 */
text: string,
/**
 * Since when.
 */
since: string,
/**
 * The roles whose candidates fail.
 */
roles: Array<Role>,
/**
 * The providers that fail.
 */
providers: Array<string>, };
