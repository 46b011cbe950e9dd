// Made from the list of commands by `cargo xtask bindings`.
import type { KeyInfo } from "./KeyInfo.ts";

/**
 * A key that a provider may have.
 */
export type KeyRow = {
/**
 * What `signalbox.toml` calls it; none for the only one.
 */
name: string | null,
/**
 * The key, where there is one: its last four characters and where it is kept.
 */
key: KeyInfo | null,
/**
 * The environment variable that may hold it where there is no keychain.
 */
variable: string, };
