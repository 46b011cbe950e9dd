// Made from the list of commands by `cargo xtask bindings`.
import type { CoolWhat } from "./CoolWhat.ts";
import type { Role } from "./Role.ts";

/**
 * Something that isn't tried for a while.
 */
export type CoolDown = {
/**
 * The role for which it isn't tried.
 */
role: Role,
/**
 * What kind of thing it is.
 */
what: CoolWhat,
/**
 * The name of the model, key or provider.
 */
name: string,
/**
 * The provider.
 */
provider: string,
/**
 * The class of the last failure, in words.
 */
class: string,
/**
 * The last failure, in words.
 */
message: string,
/**
 * Until when; none for a key that was refused, which waits until it is changed.
 */
until: string | null,
/**
 * Failures in a row.
 */
strikes: number,
/**
 * Whether an attempt is just finding out if it works again.
 */
probing: boolean, };
