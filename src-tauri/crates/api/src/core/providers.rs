//! Providers, their keys and their models.

use signalbox_domain::{ProviderKind, Role, Signal};
use signalbox_gateway::{PriceTable, Settings};
use signalbox_providers::{ConnectionTest, USUAL_PORTS, discover};
use signalbox_secrets::{KeyInfo, variable_of};
use signalbox_workspace::{
    ProviderEdit,
    config::{self, Config},
    edit,
};

use super::Core;
use crate::{
    ApiError, Code,
    types::{
        ConfigUndo, Empty, Event, KeyRow, LocalServers, ModelRow, ProviderList, ProviderNamed, ProviderRow,
        ProviderSet, ProviderTest, ProvidersChanged,
    },
};

impl Core {
    /// Every provider.
    pub async fn provider_list(&self, _: Empty) -> Result<ProviderList, ApiError> {
        let providers = self.provider_rows(&self.gateway.settings()).await;
        Ok(ProviderList { providers, keychain: self.keychain.state().await })
    }

    /// Every provider of a configuration and how it does.
    pub(super) async fn provider_rows(&self, settings: &Settings) -> Vec<ProviderRow> {
        let providers = &settings.config.providers;
        let accounts: Vec<String> =
            providers.iter().flat_map(config::Provider::key_accounts).map(|(_, account)| account).collect();
        let keys = self.keychain.list(&accounts).await;
        providers.iter().map(|provider| self.provider_row(settings, provider, &keys)).collect()
    }

    /// Tests a provider without spending anything.
    pub async fn provider_test(&self, request: ProviderTest) -> Result<ConnectionTest, ApiError> {
        let settings = self.gateway.settings();
        let provider = find(&settings.config, &request.name)?;
        let client = settings
            .providers
            .get(&request.name)
            .cloned()
            .ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no provider {:?}", request.name)))?;
        let mut accounts = provider.key_accounts();
        accounts.retain(|(name, _)| request.key.is_none() || *name == request.key);
        let mut key = None;
        for (_, account) in &accounts {
            key = self.keychain.get(account).await?;
            if key.is_some() {
                break;
            }
        }
        if provider.needs_key() && key.is_none() {
            let which = request.key.map(|name| format!(" by the name of {name:?}")).unwrap_or_default();
            return Err(ApiError::new(Code::Provider, format!("there is no key{which} for {}", request.name))
                .with_hint("Add the key first"));
        }
        let test = client.test(key.as_ref()).await;
        self.gateway.report_test(&request.name, &test);
        self.announce_provider(&request.name).await;
        Ok(test)
    }

    /// Removes a provider with its models and its key.
    pub async fn provider_remove(&self, request: ProviderNamed) -> Result<ProviderList, ApiError> {
        let name = request.name;
        let settings = self.gateway.settings();
        let provider = find(&settings.config, &name)?.clone();
        let models: Vec<String> = settings
            .config
            .models
            .iter()
            .filter(|model| model.provider == name)
            .map(|model| model.name.clone())
            .collect();
        let emptied: Vec<String> = settings
            .config
            .routes
            .iter()
            .filter(|route| route.generate.models().all(|model| models.iter().any(|removed| removed == model)))
            .map(|route| route.name.clone())
            .collect();
        let simulated = self.simulated_model(&name);
        if let (Some(route), None) = (emptied.first(), &simulated) {
            return Err(ApiError::new(Code::Conflict, format!("the route {route} would have no model without {name}"))
                .with_hint("Give the route another model first"));
        }
        let removed = name.clone();
        self.edit_config(move |text| {
            let mut text = text.to_owned();
            let stand_in: Vec<String> = simulated.iter().cloned().collect();
            for route in &emptied {
                // The route answers simulated again, as it did before anything was connected.
                text = edit::set_route_chain(&text, route, Role::Generate, &stand_in)?;
            }
            for model in &models {
                text = edit::remove_candidate(&text, model)?;
                text = edit::remove_model(&text, model)?;
            }
            edit::remove_provider(&text, &removed)
        })
        .await?;
        for (_, account) in provider.key_accounts() {
            self.keychain.delete(&account).await?;
        }
        self.gateway.forget_health(&name);
        self.provider_list(Empty {}).await
    }

    /// The strongest simulated model of another provider than `name`.
    fn simulated_model(&self, name: &str) -> Option<String> {
        let settings = self.gateway.settings();
        let config = &settings.config;
        let simulated = config.models.iter().filter(|model| {
            let provider = config.provider_of(model);
            provider.is_some_and(|provider| provider.kind == ProviderKind::Simulated && provider.name != name)
        });
        simulated.max_by_key(|model| model.tier).map(|model| model.name.clone())
    }

    /// Looks for servers on this machine.
    pub async fn provider_discover(&self, _: Empty) -> Result<LocalServers, ApiError> {
        Ok(LocalServers { servers: discover(&self.http, USUAL_PORTS).await })
    }

    /// Changes where a provider is.
    pub async fn provider_set(&self, request: ProviderSet) -> Result<ProvidersChanged, ApiError> {
        let ProviderSet { name, base_url, region, api_version } = request;
        find(&self.gateway.settings().config, &name)?;
        let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let base_url = said(base_url).map(|url| url.trim_end_matches('/').to_owned());
        let (region, api_version) = (said(region), said(api_version));
        let change = ProviderEdit { base_url, region, api_version, ..ProviderEdit::default() };
        let undo = self.edit_config_with_undo(move |text| edit::set_provider(text, &name, &change)).await?;
        self.providers_changed(undo).await
    }

    pub(super) async fn providers_changed(&self, undo: ConfigUndo) -> Result<ProvidersChanged, ApiError> {
        Ok(ProvidersChanged { list: self.provider_list(Empty {}).await?, undo })
    }

    /// Tells the windows how a provider does now.
    pub(super) async fn announce_provider(&self, name: &str) {
        let settings = self.gateway.settings();
        let Some(provider) = settings.config.provider(name) else { return };
        let accounts: Vec<String> = provider.key_accounts().into_iter().map(|(_, account)| account).collect();
        let keys = self.keychain.list(&accounts).await;
        self.hub.send(Event::Provider { provider: self.provider_row(&settings, provider, &keys) });
    }

    fn provider_row(&self, settings: &Settings, provider: &config::Provider, known: &[KeyInfo]) -> ProviderRow {
        let config = &settings.config;
        let accounts = provider.key_accounts().into_iter();
        let keys: Vec<KeyRow> = accounts
            .map(|(name, account)| KeyRow {
                name,
                key: known.iter().find(|key| key.provider == account).cloned(),
                variable: variable_of(&account),
            })
            .collect();
        let key = keys.iter().find_map(|row| row.key.clone());
        let health = self.gateway.health(&provider.name);
        let refused = settings.refused.get(&provider.name);
        let (signal, word, detail) = match (provider.kind, health) {
            _ if refused.is_some() => {
                (Signal::Stop, "unusable".to_owned(), refused.map(|failure| failure.message.clone()))
            }
            (ProviderKind::Simulated, _) => (Signal::Dark, "simulated only".to_owned(), None),
            _ if provider.needs_key() && key.is_none() => (Signal::Dark, "no key".to_owned(), None),
            (_, Some(health)) => (health.signal, health.word, health.detail),
            (_, None) => (Signal::Dark, "unknown".to_owned(), Some("not asked yet".to_owned())),
        };
        let models = config
            .models
            .iter()
            .filter(|model| model.provider == provider.name)
            .map(|model| model_row(config, model, provider))
            .collect();
        ProviderRow {
            name: provider.name.clone(),
            kind: provider.kind,
            preset: provider.preset,
            base_url: provider.base_url.clone(),
            api: provider.api,
            region: provider.region.clone(),
            api_version: provider.api_version.clone(),
            needs_key: provider.needs_key(),
            key,
            keys,
            signal,
            word,
            detail,
            models,
        }
    }
}

fn model_row(config: &Config, model: &config::Model, provider: &config::Provider) -> ModelRow {
    let table = PriceTable::shipped();
    let priced = table.price(model, provider);
    ModelRow {
        name: model.name.clone(),
        id: model.id.clone(),
        tier: model.tier,
        family: model.family.clone(),
        price: priced.price,
        price_from: priced.origin,
        context_window: table.context_window(model, provider),
        max_output: table.max_output(model, provider),
        routes: config.routes_with(&model.name).map(|route| route.name.clone()).collect(),
    }
}

pub(super) fn find<'a>(config: &'a Config, name: &str) -> Result<&'a config::Provider, ApiError> {
    config
        .provider(name)
        .ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no provider {name:?} in signalbox.toml")))
}

pub(super) fn of_provider(name: &str, failure: &signalbox_domain::Failure) -> ApiError {
    ApiError { hint: failure.hint.clone(), ..ApiError::new(Code::Provider, format!("{name}: {}", failure.message)) }
}
