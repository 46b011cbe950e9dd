// Made from the list of commands by `cargo xtask bindings`.
import type { KeyInfo } from "./KeyInfo.ts";
import type { ModelRow } from "./ModelRow.ts";
import type { ProviderKind } from "./ProviderKind.ts";
import type { Signal } from "./Signal.ts";

/**
 * A provider.
 */
export type ProviderRow = {
/**
 * Its name in `signalbox.toml`.
 */
name: string,
/**
 * The protocol that it speaks.
 */
kind: ProviderKind,
/**
 * Where it is; none for the simulated one.
 */
base_url: string | null,
/**
 * Whether it needs a key.
 */
needs_key: boolean,
/**
 * The key, where there is one: its last four characters and where it is kept.
 */
key: KeyInfo | null,
/**
 * How it does.
 */
signal: Signal,
/**
 * The signal in words, such as `clear` or `no key`.
 */
word: string,
/**
 * More about the signal, such as the last failure.
 */
detail: string | null,
/**
 * Its models.
 */
models: Array<ModelRow>, };
