//! Providers, their keys and their models.

use signalbox_domain::{Money, Price, ProviderKind, Quote, Rates, Role, Secret, Signal};
use signalbox_gateway::{PriceTable, connect};
use signalbox_providers::{ConnectionTest, USUAL_PORTS, discover};
use signalbox_secrets::KeyInfo;
use signalbox_workspace::{
    ModelEdit, ProviderEdit,
    config::{self, Config, KeySource},
    edit::{self, EditError},
};

use super::{
    Core,
    naming::{free_name, name_of, sensible_few},
};
use crate::{
    ApiError, Code,
    types::{
        Empty, Event, KeySet, LocalServers, ModelNamed, ModelRow, ModelSet, PriceText, ProviderConnect,
        ProviderConnected, ProviderList, ProviderNamed, ProviderRow,
    },
};

impl Core {
    /// Every provider.
    pub async fn provider_list(&self, _: Empty) -> Result<ProviderList, ApiError> {
        let settings = self.gateway.settings();
        let names: Vec<String> = settings.config.providers.iter().map(config::Provider::key_account).collect();
        let keychain = self.keychain.state().await;
        let keys = self.keychain.list(&names).await;
        let providers = settings
            .config
            .providers
            .iter()
            .map(|provider| self.provider_row(&settings.config, provider, &keys))
            .collect();
        Ok(ProviderList { providers, keychain })
    }

    /// Connects a provider in one step.
    pub async fn provider_connect(&self, request: ProviderConnect) -> Result<ProviderConnected, ApiError> {
        let ProviderConnect { name, base_url, key, models } = request;
        let key = key.map(Secret::new).filter(|key| !key.is_empty());
        let base_url = base_url.map(|url| url.trim().trim_end_matches('/').to_owned()).filter(|url| !url.is_empty());
        if base_url.is_none() && key.is_none() {
            return Err(ApiError::new(Code::Invalid, "there is neither a key nor an address to connect to")
                .with_hint("Paste an OpenAI key, or enter the address of a server such as http://127.0.0.1:8080/v1"));
        }
        let name = name.unwrap_or_else(|| name_of(base_url.as_deref()));
        let provider = config::Provider {
            name: name.clone(),
            kind: if base_url.is_some() { ProviderKind::OpenAiCompatible } else { ProviderKind::OpenAi },
            base_url: base_url.clone(),
            key: if key.is_some() { KeySource::Keychain } else { KeySource::None },
            keys: Vec::new(),
            api: config::OpenAiApi::Chat,
            preset: None,
            region: None,
            api_version: None,
            faults: None,
            pace_ms: None,
        };
        let client = connect(&provider, &self.http).map_err(|failure| of_provider(&name, &failure))?;
        let test = client.test(key.as_ref()).await;
        if let Some(failure) = test.steps.iter().find_map(|step| step.failure.as_ref()) {
            return Err(of_provider(&name, failure));
        }
        if let Some(key) = key {
            self.keychain.set(&provider.key_account(), key).await?;
        }
        let wanted = if models.is_empty() { sensible_few(&test.models) } else { models };
        let added = self.add_provider(&provider, &wanted).await?;
        self.gateway.forget_health(&name);
        let routed = self.begin_default_route_with(&added).await?;
        self.announce_provider(&name).await;
        Ok(ProviderConnected { name, added, test, routed })
    }

    /// Tests a provider without spending anything.
    pub async fn provider_test(&self, request: ProviderNamed) -> Result<ConnectionTest, ApiError> {
        let settings = self.gateway.settings();
        let provider = find(&settings.config, &request.name)?;
        let client = settings
            .providers
            .get(&request.name)
            .cloned()
            .ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no provider {:?}", request.name)))?;
        let key = if provider.needs_key() { self.keychain.get(&provider.key_account()).await? } else { None };
        if provider.needs_key() && key.is_none() {
            return Err(ApiError::new(Code::Provider, format!("there is no key for {}", request.name))
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
        if provider.needs_key() {
            self.keychain.delete(&provider.key_account()).await?;
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

    /// Changes or adds a model.
    pub async fn model_set(&self, request: ModelSet) -> Result<ProviderList, ApiError> {
        let ModelSet { name, provider, id, tier, price } = request;
        let price = match &price {
            Some(price) => {
                let settings = self.gateway.settings();
                Some(read_price(price, settings.config.model(&name).and_then(|model| model.price))?)
            }
            None => None,
        };
        let change = ModelEdit { provider, id, tier, price, ..ModelEdit::default() };
        self.edit_config(move |text| edit::set_model(text, &name, &change)).await?;
        self.provider_list(Empty {}).await
    }

    /// Removes a model.
    pub async fn model_remove(&self, request: ModelNamed) -> Result<ProviderList, ApiError> {
        self.edit_config(move |text| {
            let text = edit::remove_candidate(text, &request.name)?;
            edit::remove_model(&text, &request.name)
        })
        .await?;
        self.provider_list(Empty {}).await
    }

    /// Keeps a key in the keychain.
    pub async fn key_set(&self, request: KeySet) -> Result<ProviderList, ApiError> {
        let KeySet { provider, key } = request;
        let account = find(&self.gateway.settings().config, &provider)?.key_account();
        let key = Secret::new(key);
        if key.is_empty() {
            return Err(ApiError::new(Code::Invalid, "the key is empty").with_hint("Paste the key again"));
        }
        self.keychain.set(&account, key).await?;
        self.gateway.forget_health(&provider);
        self.announce_provider(&provider).await;
        self.provider_list(Empty {}).await
    }

    /// Removes a key from the keychain.
    pub async fn key_delete(&self, request: ProviderNamed) -> Result<ProviderList, ApiError> {
        let account = find(&self.gateway.settings().config, &request.name)?.key_account();
        self.keychain.delete(&account).await?;
        self.gateway.forget_health(&request.name);
        self.announce_provider(&request.name).await;
        self.provider_list(Empty {}).await
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

    async fn announce_keychain(&self) {
        self.hub.send(Event::Keychain { state: self.keychain.state().await });
    }

    /// Tells the windows how a provider does now.
    pub(super) async fn announce_provider(&self, name: &str) {
        let settings = self.gateway.settings();
        let Some(provider) = settings.config.provider(name) else { return };
        let keys = self.keychain.list(&[provider.key_account()]).await;
        self.hub.send(Event::Provider { provider: self.provider_row(&settings.config, provider, &keys) });
    }

    fn provider_row(&self, config: &Config, provider: &config::Provider, keys: &[KeyInfo]) -> ProviderRow {
        let account = provider.key_account();
        let key = keys.iter().find(|key| key.provider == account).cloned();
        let health = self.gateway.health(&provider.name);
        let (signal, word, detail) = match (provider.kind, health) {
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
            base_url: match provider.kind {
                ProviderKind::OpenAi => {
                    Some(provider.base_url.clone().unwrap_or_else(|| config::OPENAI_BASE_URL.into()))
                }
                _ => provider.base_url.clone(),
            },
            needs_key: provider.needs_key(),
            key,
            signal,
            word,
            detail,
            models,
        }
    }

    /// Puts a provider and its models into `signalbox.toml`; says the models' names.
    async fn add_provider(&self, provider: &config::Provider, ids: &[String]) -> Result<Vec<String>, ApiError> {
        let config = self.gateway.settings().config.clone();
        let mut added = Vec::new();
        for id in ids {
            let known = config.models.iter().find(|model| model.provider == provider.name && model.id == *id);
            let name = match known {
                Some(model) => model.name.clone(),
                None => free_name(&config, &added, id),
            };
            added.push(name);
        }
        let change = ProviderEdit {
            kind: Some(provider.kind),
            base_url: provider.base_url.clone(),
            key: Some(provider.key),
            ..ProviderEdit::default()
        };
        let (name, models): (String, Vec<(String, String)>) =
            (provider.name.clone(), added.iter().cloned().zip(ids.iter().cloned()).collect());
        self.edit_config(move |text| -> Result<String, EditError> {
            let mut text = edit::set_provider(text, &name, &change)?;
            for (model, id) in &models {
                let change = ModelEdit { provider: Some(name.clone()), id: Some(id.clone()), ..ModelEdit::default() };
                text = edit::set_model(&text, model, &change)?;
            }
            Ok(text)
        })
        .await?;
        Ok(added)
    }

    /// Lets the default route begin with a real model as long as it has only simulated ones.
    async fn begin_default_route_with(&self, added: &[String]) -> Result<bool, ApiError> {
        let settings = self.gateway.settings();
        let config = &settings.config;
        let (Some(first), Some(route)) = (added.first().cloned(), config.route("default")) else { return Ok(false) };
        let simulated = |name: &str| {
            config
                .model(name)
                .and_then(|model| config.provider_of(model))
                .is_some_and(|provider| provider.kind == ProviderKind::Simulated)
        };
        if !route.generate.models().all(simulated) {
            return Ok(false);
        }
        // The simulated provider never stands in a real chain: its text would pass for a model's.
        self.edit_config(move |text| {
            edit::set_route_chain(text, "default", Role::Generate, std::slice::from_ref(&first))
        })
        .await?;
        Ok(true)
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

fn find<'a>(config: &'a Config, name: &str) -> Result<&'a config::Provider, ApiError> {
    config
        .provider(name)
        .ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no provider {name:?} in signalbox.toml")))
}

fn of_provider(name: &str, failure: &signalbox_domain::Failure) -> ApiError {
    ApiError { hint: failure.hint.clone(), ..ApiError::new(Code::Provider, format!("{name}: {}", failure.message)) }
}

/// Reads a price. Rates that the text doesn't speak of stay as they are.
fn read_price(text: &PriceText, present: Option<Price>) -> Result<Price, ApiError> {
    let read = |text: &str| -> Result<Money, ApiError> {
        text.parse().map_err(|error: signalbox_domain::MoneyError| ApiError::new(Code::Invalid, error.to_string()))
    };
    let optional = |text: &Option<String>| text.as_deref().map(read).transpose();
    let present = present.map(|price| price.rates.quote()).unwrap_or_default();
    let quote = Quote {
        input: read(&text.input)?,
        cached_input: optional(&text.cached_input)?,
        cache_write: optional(&text.cache_write)?.or(present.cache_write),
        cache_write_1h: optional(&text.cache_write_1h)?.or(present.cache_write_1h),
        output: read(&text.output)?,
        reasoning: optional(&text.reasoning)?.or(present.reasoning),
    };
    Ok(Rates::from(quote).into())
}
