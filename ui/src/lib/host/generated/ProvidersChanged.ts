// Made from the list of commands by `cargo xtask bindings`.
import type { ConfigUndo } from "./ConfigUndo.ts";
import type { ProviderList } from "./ProviderList.ts";

/**
 * What became of a change of providers or models.
 */
export type ProvidersChanged = {
/**
 * Every provider, as it is now.
 */
list: ProviderList,
/**
 * How to take the change back.
 */
undo: ConfigUndo, };
