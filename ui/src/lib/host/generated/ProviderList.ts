// Made from the list of commands by `cargo xtask bindings`.
import type { KeychainState } from "./KeychainState.ts";
import type { ProviderRow } from "./ProviderRow.ts";

/**
 * Every provider of the workspace.
 */
export type ProviderList = {
/**
 * In the order of `signalbox.toml`.
 */
providers: Array<ProviderRow>,
/**
 * The state of the keychain.
 */
keychain: KeychainState, };
