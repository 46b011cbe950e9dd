//! `keys`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use signalbox_api::types::{Empty, KeyNamed, KeySet, ProviderList};
use signalbox_domain::Signal;
use signalbox_secrets::{KeySource, KeychainState};

use crate::{
    error::Outcome,
    input, names,
    output::{Style, Table},
    session::Session,
};

/// Keep, list and delete the keys of providers
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Keep a key in the keychain; it is read from standard input
    #[command(after_help = "\
A key is never an argument, since other users of a machine can see those. A terminal asks for the key and doesn't show it. \
Where there is no keychain, put it into the environment instead: SIGNALBOX_KEY_OPENAI for the provider openai.

Examples:
  signalbox-cli keys set openai
  pass show openai | signalbox-cli keys set openai
  signalbox-cli keys set anthropic/spare < key.txt")]
    Set(Named),
    /// List the keys that providers need, with their last four characters
    #[command(after_help = "\
Examples:
  signalbox-cli keys list")]
    List,
    /// Delete a key from the keychain
    #[command(after_help = "\
Examples:
  signalbox-cli keys delete openai
  signalbox-cli keys delete anthropic/spare")]
    Delete(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The provider, and behind a `/` the name of one of its keys when it has several
    #[arg(value_name = "PROVIDER[/KEY]")]
    key: KeyArgument,
}

/// A provider, and the name of one of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyArgument {
    provider: String,
    name: Option<String>,
}

impl FromStr for KeyArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (provider, name) = match text.split_once('/') {
            Some((provider, name)) => (provider, Some(name)),
            None => (text, None),
        };
        if provider.is_empty() || name.is_some_and(str::is_empty) {
            return Err("write PROVIDER or PROVIDER/KEY, such as openai or anthropic/spare".to_owned());
        }
        Ok(Self { provider: provider.to_owned(), name: name.map(str::to_owned) })
    }
}

/// All that is shown of a key.
#[derive(Serialize)]
struct Row {
    provider: String,
    name: Option<String>,
    last_four: Option<String>,
    source: Option<KeySource>,
    variable: String,
}

pub(crate) async fn run(session: &Session, asked: Keys) -> Outcome {
    let core = &session.core;
    let list = match asked {
        Keys::List => core.provider_list(Empty {}).await?,
        Keys::Set(Named { key: KeyArgument { provider, name } }) => {
            names::provider(core, &provider).await?;
            let key = input::key(&provider).await?;
            core.key_set(KeySet { provider, name, key }).await?
        }
        Keys::Delete(Named { key: KeyArgument { provider, name } }) => {
            names::provider(core, &provider).await?;
            core.key_delete(KeyNamed { provider, name }).await?
        }
    };
    show(session, list)
}

fn show(session: &Session, list: ProviderList) -> Outcome {
    let ProviderList { providers, keychain } = list;
    let rows: Vec<Row> = providers
        .into_iter()
        .flat_map(|provider| provider.keys.into_iter().map(move |key| (provider.name.clone(), key)))
        .map(|(provider, row)| {
            let (last_four, source) = row.key.map(|key| (key.last_four, Some(key.source))).unwrap_or_default();
            Row { provider, name: row.name, last_four, source, variable: row.variable }
        })
        .collect();
    session.output.show(&json!({ "keychain": keychain, "keys": rows }), |_, style| {
        let mut table = Table::new(&["KEY", "ENDS WITH", "KEPT IN", "VARIABLE"]);
        for row in &rows {
            table.row([
                row.name.as_ref().map_or(row.provider.clone(), |name| format!("{}/{name}", row.provider)),
                row.source
                    .map_or("–".to_owned(), |_| row.last_four.as_deref().unwrap_or("too short to show").to_owned()),
                row.source.map_or_else(|| style.signal(Signal::Dark, "no key"), |source| kept_in(source).to_owned()),
                row.variable.clone(),
            ]);
        }
        let table = table.text(style, "No provider in signalbox.toml needs a key");
        format!("{table}\n\nKeychain: {}", keychain_in_words(&keychain, style))
    })
}

fn kept_in(source: KeySource) -> &'static str {
    match source {
        KeySource::Keychain => "keychain",
        KeySource::Memory => "memory",
        KeySource::Environment => "environment",
    }
}

fn keychain_in_words(state: &KeychainState, style: Style) -> String {
    match state {
        KeychainState::Open { name } => style.signal(Signal::Clear, name),
        KeychainState::Locked { hint } => style.signal(Signal::Caution, &format!("locked; {hint}")),
        KeychainState::Missing { hint } => style.signal(Signal::Dark, &format!("none; {hint}")),
        KeychainState::Denied { hint } => style.signal(Signal::Stop, &format!("refuses; {hint}")),
        KeychainState::Memory => style.signal(Signal::Caution, "memory"),
    }
}
