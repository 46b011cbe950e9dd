// Made from the list of commands by `cargo xtask bindings`.
import type { OpenAiApi } from "./OpenAiApi.ts";
import type { Preset } from "./Preset.ts";
import type { ProviderKind } from "./ProviderKind.ts";

/**
 * Connects a provider in one step: tests it, keeps its key, and puts it and its models into `signalbox.toml`.
 */
export type ProviderConnect = {
/**
 * The name that it shall have in `signalbox.toml`; none for one made from what it is.
 */
name: string | null,
/**
 * What it is; none to tell by the preset, the address or the key's beginning.
 */
kind: ProviderKind | null,
/**
 * The well-known service that it is; none for another.
 */
preset: Preset | null,
/**
 * The address up to and with `/v1`; none for the provider's own.
 */
base_url: string | null,
/**
 * How OpenAI is spoken to; none for chat completions.
 */
api: OpenAiApi | null,
/**
 * The region of AWS Bedrock.
 */
region: string | null,
/**
 * The API version of Azure OpenAI; none for its current one.
 */
api_version: string | null,
/**
 * The key; none where none is needed. For AWS Bedrock the access key's id and its secret, with `:` between them, and
 * behind another `:` a session's token.
 */
key: string | null,
/**
 * The models to add, by their identifiers; empty for a sensible few of those found.
 */
models: Array<string>, };
