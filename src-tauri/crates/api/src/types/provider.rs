//! Providers, their keys and their models.

use serde::{Deserialize, Serialize};
use signalbox_domain::{Price, ProviderKind, Signal, Tier};
use signalbox_gateway::PriceOrigin;
use signalbox_providers::{ConnectionTest, LocalServer};
use signalbox_secrets::{KeyInfo, KeychainState};
use signalbox_workspace::config::{OpenAiApi, Preset};
use ts_rs::TS;

use super::ConfigUndo;

/// Every provider of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderList {
    /// In the order of `signalbox.toml`.
    pub providers: Vec<ProviderRow>,
    /// The state of the keychain.
    pub keychain: KeychainState,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderRow {
    /// Its name in `signalbox.toml`.
    pub name: String,
    /// The protocol that it speaks.
    pub kind: ProviderKind,
    /// Which well-known service it is, where the file says.
    pub preset: Option<Preset>,
    /// Where it is; none for the simulated one, and for those that are at their own address.
    pub base_url: Option<String>,
    /// How OpenAI is spoken to.
    pub api: OpenAiApi,
    /// The region of AWS Bedrock.
    pub region: Option<String>,
    /// The API version of Azure OpenAI.
    pub api_version: Option<String>,
    /// Whether it needs a key.
    pub needs_key: bool,
    /// The first key that is there: its last four characters and where it is kept.
    pub key: Option<KeyInfo>,
    /// Every key that it may have, in the order in which they are taken; empty when it needs none.
    pub keys: Vec<KeyRow>,
    /// How it does.
    pub signal: Signal,
    /// The signal in words, such as `clear` or `no key`.
    pub word: String,
    /// More about the signal, such as the last failure.
    pub detail: Option<String>,
    /// Its models.
    pub models: Vec<ModelRow>,
}

/// A key that a provider may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyRow {
    /// What `signalbox.toml` calls it; none for the only one.
    pub name: Option<String>,
    /// The key, where there is one: its last four characters and where it is kept.
    pub key: Option<KeyInfo>,
    /// The environment variable that may hold it where there is no keychain.
    pub variable: String,
}

/// A model of `signalbox.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelRow {
    /// Its name.
    pub name: String,
    /// Its identifier at the provider.
    pub id: String,
    /// Its capability class.
    pub tier: Tier,
    /// Its family, for the independence of judges.
    pub family: Option<String>,
    /// The price that is in force; none when it is unknown.
    pub price: Option<Price>,
    /// Where that price comes from.
    pub price_from: PriceOrigin,
    /// The context window in tokens.
    pub context_window: Option<u32>,
    /// The longest answer in tokens.
    pub max_output: Option<u32>,
    /// The routes that name it.
    pub routes: Vec<String>,
}

/// Names one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderNamed {
    /// Its name.
    pub name: String,
}

/// Tests one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderTest {
    /// Its name.
    pub name: String,
    /// The name of the key to test with; none for the first that is there.
    pub key: Option<String>,
}

/// Connects a provider in one step: tests it, keeps its key, and puts it and its models into `signalbox.toml`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderConnect {
    /// The name that it shall have in `signalbox.toml`; none for one made from what it is.
    pub name: Option<String>,
    /// What it is; none to tell by the preset, the address or the key's beginning.
    pub kind: Option<ProviderKind>,
    /// The well-known service that it is; none for another.
    pub preset: Option<Preset>,
    /// The address up to and with `/v1`; none for the provider's own.
    pub base_url: Option<String>,
    /// How OpenAI is spoken to; none for chat completions.
    pub api: Option<OpenAiApi>,
    /// The region of AWS Bedrock.
    pub region: Option<String>,
    /// The API version of Azure OpenAI; none for its current one.
    pub api_version: Option<String>,
    /// The key; none where none is needed. For AWS Bedrock the access key's id and its secret, with `:` between them, and
    /// behind another `:` a session's token.
    pub key: Option<String>,
    /// The models to add, by their identifiers; empty for a sensible few of those found.
    pub models: Vec<String>,
}

impl std::fmt::Debug for ProviderConnect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderConnect")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderConnected {
    /// The provider's name.
    pub name: String,
    /// The names of the models that were added.
    pub added: Vec<String>,
    /// The test's steps.
    pub test: ConnectionTest,
    /// Whether the default route now begins with the first of these models.
    pub routed: bool,
}

/// Changes a model, or adds it. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelSet {
    /// Its name.
    pub name: String,
    /// Its provider; needed for a new one.
    pub provider: Option<String>,
    /// Its identifier at the provider.
    pub id: Option<String>,
    /// Its capability class.
    pub tier: Option<Tier>,
    /// Its price, in dollars per million tokens as people write them.
    pub price: Option<PriceText>,
}

/// Adds a model that a provider has, under a name that is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelAdd {
    /// The provider.
    pub provider: String,
    /// The model's identifier there.
    pub id: String,
}

/// What became of a change of providers or models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProvidersChanged {
    /// Every provider, as it is now.
    pub list: ProviderList,
    /// How to take the change back.
    pub undo: ConfigUndo,
}

/// Changes where a provider is. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderSet {
    /// Its name.
    pub name: String,
    /// Its address.
    pub base_url: Option<String>,
    /// The region of AWS Bedrock.
    pub region: Option<String>,
    /// The API version of Azure OpenAI.
    pub api_version: Option<String>,
}

/// A price as people write it, in dollars per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceText {
    /// Input.
    pub input: String,
    /// Output.
    pub output: String,
    /// Cached input; none for the input price.
    pub cached_input: Option<String>,
    /// Input written to the provider's cache; none for what the model's price in `signalbox.toml` says already.
    #[serde(default)]
    #[ts(optional)]
    pub cache_write: Option<String>,
    /// Input written to the provider's cache for an hour; none as above.
    #[serde(default)]
    #[ts(optional)]
    pub cache_write_1h: Option<String>,
    /// Reasoning; none as above.
    #[serde(default)]
    #[ts(optional)]
    pub reasoning: Option<String>,
}

/// Names one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelNamed {
    /// Its name.
    pub name: String,
}

/// Keeps a key in the keychain.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeySet {
    /// The provider's name.
    pub provider: String,
    /// What the key is called, when the provider has several; a new name adds a key. None for the only one.
    pub name: Option<String>,
    /// The key.
    pub key: String,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySet").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// Names one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyNamed {
    /// The provider's name.
    pub provider: String,
    /// What the key is called, when the provider has several; none for the only one.
    pub name: Option<String>,
}

/// Servers on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LocalServers {
    /// Those looked for, running or not.
    pub servers: Vec<LocalServer>,
}
