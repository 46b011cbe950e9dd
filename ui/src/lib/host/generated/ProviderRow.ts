// Made from the list of commands by `cargo xtask bindings`.
import type { KeyInfo } from "./KeyInfo.ts";
import type { KeyRow } from "./KeyRow.ts";
import type { ModelRow } from "./ModelRow.ts";
import type { OpenAiApi } from "./OpenAiApi.ts";
import type { Preset } from "./Preset.ts";
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
 * Which well-known service it is, where the file says.
 */
preset: Preset | null,
/**
 * Where it is; none for the simulated one, and for those that are at their own address.
 */
base_url: string | null,
/**
 * How OpenAI is spoken to.
 */
api: OpenAiApi,
/**
 * The region of AWS Bedrock.
 */
region: string | null,
/**
 * The API version of Azure OpenAI.
 */
api_version: string | null,
/**
 * Whether it needs a key.
 */
needs_key: boolean,
/**
 * The first key that is there: its last four characters and where it is kept.
 */
key: KeyInfo | null,
/**
 * Every key that it may have, in the order in which they are taken; empty when it needs none.
 */
keys: Array<KeyRow>,
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
