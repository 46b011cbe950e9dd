// Made from the list of commands by `cargo xtask bindings`.
import type { KeySource } from "./KeySource.ts";

/**
 * All that is ever shown of a key.
 */
export type KeyInfo = {
/**
 * The provider that it is for.
 */
provider: string,
/**
 * Its last four characters; none when it is too short to show any.
 */
last_four: string | null,
/**
 * Where it comes from.
 */
source: KeySource, };
