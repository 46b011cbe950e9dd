// Made from the list of commands by `cargo xtask bindings`.
/**
 * Connects a provider in one step: tests it, keeps its key, and puts it and its models into `signalbox.toml`.
 */
export type ProviderConnect = {
/**
 * The name that it shall have in `signalbox.toml`; none for one made from its address.
 */
name: string | null,
/**
 * The address up to and with `/v1`; none for OpenAI's own.
 */
base_url: string | null,
/**
 * The key; none where none is needed.
 */
key: string | null,
/**
 * The models to add, by their identifiers; empty for a sensible few of those found.
 */
models: Array<string>, };
