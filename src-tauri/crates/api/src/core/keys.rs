//! Keys of providers, and the keychain that holds them.

use signalbox_domain::Secret;
use signalbox_workspace::{ProviderEdit, config, edit};

use super::{Core, providers::find, telemetry::HEADER_ACCOUNT};
use crate::{
    ApiError, Code,
    types::{Empty, Event, KeyNamed, KeySet, ProviderList},
};

/// What the only key of a provider is called once it gets a second one.
const FIRST_KEY: &str = "main";

impl Core {
    /// Keeps a key in the keychain.
    pub async fn key_set(&self, request: KeySet) -> Result<ProviderList, ApiError> {
        let KeySet { provider, name, key } = request;
        let key = Secret::new(key);
        if key.is_empty() {
            return Err(ApiError::new(Code::Invalid, "the key is empty").with_hint("Paste the key again"));
        }
        if self.is_collector(&provider) {
            if !key.expose().contains(':') {
                let message = "the header for a collector of telemetry is written as `name: value`";
                return Err(ApiError::new(Code::Invalid, message).with_hint("Such as authorization: Bearer …"));
            }
            self.keychain.set(HEADER_ACCOUNT, key).await?;
            return self.provider_list(Empty {}).await;
        }
        let found = find(&self.gateway.settings().config, &provider)?.clone();
        if let Some(account) = account_of(&found, name.as_deref()) {
            self.keychain.set(&account, key).await?;
        } else if let Some(name) = name {
            self.add_key(found, name, key).await?;
        } else {
            return Err(which_key(&found));
        }
        self.key_changed(&provider).await
    }

    /// Removes a key from the keychain.
    pub async fn key_delete(&self, request: KeyNamed) -> Result<ProviderList, ApiError> {
        let KeyNamed { provider, name } = request;
        if self.is_collector(&provider) {
            self.keychain.delete(HEADER_ACCOUNT).await?;
            return self.provider_list(Empty {}).await;
        }
        let found = find(&self.gateway.settings().config, &provider)?.clone();
        let account = match account_of(&found, name.as_deref()) {
            Some(account) => account,
            // A provider that needs no key may have had one.
            None if found.keys.is_empty() => found.key_account(),
            None => return Err(which_key(&found)),
        };
        self.keychain.delete(&account).await?;
        if let Some(name) = name {
            self.name_keys(&provider, found.keys.into_iter().filter(|key| *key != name).collect()).await?;
        }
        self.key_changed(&provider).await
    }

    /// Looks at the keychain again, and asks for it to be unlocked.
    pub async fn keychain_unlock(&self, _: Empty) -> Result<ProviderList, ApiError> {
        self.keychain.unlock().await;
        self.announce_keychain().await;
        self.provider_list(Empty {}).await
    }

    /// Keeps keys in memory until the application ends, because the user chose so.
    pub async fn keychain_use_memory(&self, _: Empty) -> Result<ProviderList, ApiError> {
        self.keychain.use_memory_until_quit();
        self.announce_keychain().await;
        self.provider_list(Empty {}).await
    }

    /// Whether a name means the collector of telemetry, which no provider may be called then.
    fn is_collector(&self, name: &str) -> bool {
        name == HEADER_ACCOUNT && self.gateway.settings().config.provider(name).is_none()
    }

    /// Adds a key by a new name. An only key without one gets a name too, and is kept under it from then on.
    async fn add_key(&self, found: config::Provider, name: String, key: Secret) -> Result<(), ApiError> {
        let mut named = found.clone();
        let only = if found.keys.is_empty() { self.keychain.get(&found.key_account()).await? } else { None };
        if only.is_some() {
            let first = if name == FIRST_KEY { "first" } else { FIRST_KEY };
            named.keys.push(first.to_owned());
        }
        named.keys.push(name.clone());
        // The file first: it refuses what can't be a name, and a key that the file doesn't name would be lost from sight.
        self.name_keys(&found.name, named.keys.clone()).await?;
        for (key_name, account) in named.key_accounts() {
            if key_name.as_ref() == Some(&name) {
                self.keychain.set(&account, key.clone()).await?;
            } else if let Some(only) = &only {
                self.keychain.set(&account, only.clone()).await?;
            }
        }
        if only.is_some() {
            self.keychain.delete(&found.key_account()).await?;
        }
        Ok(())
    }

    async fn name_keys(&self, provider: &str, keys: Vec<String>) -> Result<(), ApiError> {
        let (provider, change) = (provider.to_owned(), ProviderEdit { keys: Some(keys), ..ProviderEdit::default() });
        self.edit_config(move |text| edit::set_provider(text, &provider, &change)).await
    }

    async fn key_changed(&self, provider: &str) -> Result<ProviderList, ApiError> {
        self.gateway.forget_health(provider);
        self.announce_provider(provider).await;
        self.provider_list(Empty {}).await
    }

    async fn announce_keychain(&self) {
        self.hub.send(Event::Keychain { state: self.keychain.state().await });
    }
}

/// The account of a key that the file names; none when it names no such key.
fn account_of(provider: &config::Provider, name: Option<&str>) -> Option<String> {
    let mut accounts = provider.key_accounts().into_iter();
    accounts.find(|(known, _)| known.as_deref() == name).map(|(_, account)| account)
}

fn which_key(provider: &config::Provider) -> ApiError {
    if provider.needs_key() {
        ApiError::new(Code::Invalid, format!("{} has several keys: {}", provider.name, provider.keys.join(", ")))
            .with_hint("Name the one that you mean")
    } else {
        ApiError::new(Code::Invalid, format!("{} needs no key", provider.name))
            .with_hint("Write key = \"keychain\" in signalbox.toml if it does")
    }
}
