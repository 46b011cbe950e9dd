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
 * When the first call began that met it. It stays the same for as long as the alarm rings.
 */
since: string,
/**
 * The roles whose candidates fail.
 */
roles: Array<Role>,
/**
 * The providers that fail.
 */
providers: Array<string>,
/**
 * Whether only drills ring it.
 */
drill: boolean, };
