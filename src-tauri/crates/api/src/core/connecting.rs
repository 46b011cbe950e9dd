//! Connecting a provider in one step.

use signalbox_domain::{ProviderKind, Role, Secret};
use signalbox_gateway::connect;
use signalbox_workspace::{
    ProviderEdit,
    config::{self, Config, KeySource, OPENAI_BASE_URL, OpenAiApi, Preset},
    edit::{self, EditError},
};

use super::{
    Core,
    models::added,
    naming::{free_provider_name, name_of, sensible_few},
    providers::of_provider,
};
use crate::{
    ApiError, Code,
    types::{ProviderConnect, ProviderConnected},
};

/// What a key of a well-known service begins with. The longer beginnings come first.
const BEGINNINGS: [(&str, ProviderKind, Option<Preset>); 9] = [
    ("sk-ant-", ProviderKind::Anthropic, None),
    ("sk-or-", ProviderKind::OpenAiCompatible, Some(Preset::Openrouter)),
    ("sk-", ProviderKind::OpenAi, None),
    ("AIza", ProviderKind::Gemini, None),
    ("gsk_", ProviderKind::OpenAiCompatible, Some(Preset::Groq)),
    ("xai-", ProviderKind::OpenAiCompatible, Some(Preset::Xai)),
    ("tgp_", ProviderKind::OpenAiCompatible, Some(Preset::Together)),
    ("AKIA", ProviderKind::Bedrock, None),
    ("ASIA", ProviderKind::Bedrock, None),
];

impl Core {
    /// Connects a provider in one step.
    pub async fn provider_connect(&self, request: ProviderConnect) -> Result<ProviderConnected, ApiError> {
        let key = request.key.clone().map(Secret::new).filter(|key| !key.is_empty());
        let provider = described(&request, key.as_ref(), &self.gateway.settings().config)?;
        let name = provider.name.clone();
        let client = connect(&provider, &self.http).map_err(|failure| of_provider(&name, &failure))?;
        let test = client.test(key.as_ref()).await;
        if let Some(failure) = test.steps.iter().find_map(|step| step.failure.as_ref()) {
            return Err(of_provider(&name, failure));
        }
        if let (Some(key), Some((_, account))) = (key, provider.key_accounts().first()) {
            self.keychain.set(account, key).await?;
        }
        let wanted = if request.models.is_empty() { sensible_few(&test.models) } else { request.models };
        let added = self.add_provider(&provider, &wanted).await?;
        self.gateway.forget_health(&name);
        let routed = self.begin_default_route_with(&added).await?;
        self.announce_provider(&name).await;
        Ok(ProviderConnected { name, added, test, routed })
    }

    /// Puts a provider and its models into `signalbox.toml`; says the models' names.
    async fn add_provider(&self, provider: &config::Provider, ids: &[String]) -> Result<Vec<String>, ApiError> {
        let settings = self.gateway.settings();
        let (mut names, mut models) = (Vec::new(), Vec::new());
        for id in ids {
            let (name, change) = added(&settings.config, &names, &provider.name, id);
            names.push(name.clone());
            models.push((name, change));
        }
        let (name, change) = (provider.name.clone(), written(provider));
        self.edit_config(move |text| -> Result<String, EditError> {
            let mut text = edit::set_provider(text, &name, &change)?;
            for (model, change) in &models {
                text = edit::set_model(&text, model, change)?;
            }
            Ok(text)
        })
        .await?;
        Ok(names)
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

/// The provider that a request describes, whether by its kind, by a preset, by an address or by the key's beginning.
fn described(request: &ProviderConnect, key: Option<&Secret>, config: &Config) -> Result<config::Provider, ApiError> {
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let base_url = said(&request.base_url).map(|url| url.trim_end_matches('/').to_owned());
    let (kind, preset) = what_it_is(request, base_url.as_deref(), key)?;
    let mut provider = config::Provider::new("", kind);
    provider.preset = preset;
    provider.base_url = base_url.or(provider.base_url).or_else(|| preset.map(|preset| preset.base_url().to_owned()));
    provider.api = request.api.unwrap_or_default();
    provider.region = said(&request.region);
    provider.api_version = said(&request.api_version);
    provider.key = if key.is_some() { KeySource::Keychain } else { KeySource::None };
    let service = preset.map_or(kind.as_str(), Preset::as_str);
    check(&provider, key, service)?;
    provider.name = match said(&request.name) {
        Some(name) => name,
        None if preset.is_some() || kind != ProviderKind::OpenAiCompatible => {
            free_provider_name(config, &provider, service)
        }
        None => free_provider_name(config, &provider, &name_of(provider.base_url.as_deref())),
    };
    if let Some(known) = config.provider(&provider.name) {
        if known.kind != provider.kind {
            let message = format!("there is a provider {} already, of the kind {}", known.name, known.kind.as_str());
            return Err(ApiError::new(Code::Conflict, message).with_hint("Choose another name"));
        }
        provider.keys.clone_from(&known.keys);
    }
    Ok(provider)
}

fn what_it_is(
    request: &ProviderConnect,
    base_url: Option<&str>,
    key: Option<&Secret>,
) -> Result<(ProviderKind, Option<Preset>), ApiError> {
    if let Some(kind) = request.kind {
        return Ok((kind, request.preset.filter(|_| kind == ProviderKind::OpenAiCompatible)));
    }
    if request.preset.is_some() {
        return Ok((ProviderKind::OpenAiCompatible, request.preset));
    }
    if let Some(url) = base_url {
        // The usual ports of llama.cpp and vLLM are those of many others.
        let sure = |preset: &Preset| !matches!(preset, Preset::LlamaCpp | Preset::Vllm);
        let preset = Preset::ALL.into_iter().filter(sure).find(|preset| preset.base_url() == url);
        return Ok((ProviderKind::OpenAiCompatible, preset));
    }
    let Some(key) = key else {
        return Err(ApiError::new(Code::Invalid, "there is neither a key nor an address to connect to")
            .with_hint("Paste a key, or enter the address of a server such as http://127.0.0.1:8080/v1"));
    };
    let beginning = BEGINNINGS.iter().find(|(beginning, ..)| key.expose().starts_with(beginning));
    beginning.map(|(_, kind, preset)| (*kind, *preset)).ok_or_else(|| {
        // A key of an unknown service is sent to nobody.
        ApiError::new(Code::Invalid, "whose key this is can't be told by its beginning")
            .with_hint("Add it in Providers, where you choose the service")
    })
}

/// Says what a kind can't do without, before anything is sent.
fn check(provider: &config::Provider, key: Option<&Secret>, service: &str) -> Result<(), ApiError> {
    let needs_key = match provider.kind {
        ProviderKind::OpenAiCompatible => provider.preset.is_some_and(Preset::needs_key),
        ProviderKind::Simulated => false,
        _ => true,
    };
    let missing = match provider.kind {
        ProviderKind::OpenAiCompatible | ProviderKind::Azure if provider.base_url.is_none() => "an address",
        ProviderKind::Bedrock if provider.region.is_none() => "a region, such as eu-central-1",
        _ if needs_key && key.is_none() => "a key",
        ProviderKind::Bedrock if !key.is_some_and(|key| is_pair(key.expose())) => {
            "the access key's id and its secret, with `:` between them,"
        }
        _ => return Ok(()),
    };
    Err(ApiError::new(Code::Invalid, format!("{service} needs {missing} to connect to")))
}

/// Whether a text is `ID:SECRET` or `ID:SECRET:SESSION`.
fn is_pair(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts.len(), 2 | 3) && parts.iter().all(|part| !part.trim().is_empty())
}

/// What `signalbox.toml` must say of a provider. What its kind or preset fills in isn't written.
fn written(provider: &config::Provider) -> ProviderEdit {
    let filled =
        provider.preset.map(Preset::base_url).or((provider.kind == ProviderKind::OpenAi).then_some(OPENAI_BASE_URL));
    let base_url = provider.base_url.clone().filter(|url| Some(url.as_str()) != filled);
    let by_default = match provider.preset {
        Some(preset) if !preset.needs_key() => KeySource::None,
        _ => KeySource::Keychain,
    };
    ProviderEdit {
        kind: Some(provider.kind),
        preset: provider.preset,
        base_url,
        api: (provider.api != OpenAiApi::Chat).then_some(provider.api),
        region: provider.region.clone(),
        api_version: provider.api_version.clone(),
        key: (provider.preset.is_none() || provider.key != by_default).then_some(provider.key),
        ..ProviderEdit::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// The provider that a key or an address alone describes, as `name kind preset base_url`.
    fn check(key: Option<&str>, base_url: Option<&str>) -> Result<String, String> {
        let request = ProviderConnect { base_url: base_url.map(Into::into), ..ProviderConnect::default() };
        let key = key.map(|key| Secret::new(key.into()));
        let made = described(&request, key.as_ref(), &Config::default()).map_err(|error| error.message)?;
        let preset = made.preset.map_or("-", Preset::as_str);
        Ok(format!("{} {} {preset} {}", made.name, made.kind.as_str(), made.base_url.as_deref().unwrap_or("-")))
    }

    #[test]
    fn a_key_alone_says_whose_it_is() {
        for (key, expected) in [
            ("sk-proj-1", "openai openai - https://api.openai.com/v1"),
            ("sk-ant-api03-1", "anthropic anthropic - -"),
            ("AIzaSy1", "gemini gemini - -"),
            ("sk-or-v1-1", "openrouter openai-compatible openrouter https://openrouter.ai/api/v1"),
            ("gsk_1", "groq openai-compatible groq https://api.groq.com/openai/v1"),
            ("xai-1", "xai openai-compatible xai https://api.x.ai/v1"),
            ("tgp_v1_1", "together openai-compatible together https://api.together.xyz/v1"),
        ] {
            assert_eq!(check(Some(key), None).as_deref(), Ok(expected), "{key}");
        }
        for key in ["0123456789abcdef", "AKIA1:secret"] {
            let error = check(Some(key), None).unwrap_err();
            assert!(!error.contains(key), "{error}");
        }
    }

    #[test]
    fn an_address_says_more_than_a_key() {
        for (key, url, expected) in [
            (Some("sk-ant-1"), "http://127.0.0.1:4000/v1/", "local openai-compatible - http://127.0.0.1:4000/v1"),
            (None, "http://127.0.0.1:11434/v1", "ollama openai-compatible ollama http://127.0.0.1:11434/v1"),
            (None, "http://127.0.0.1:8080/v1", "llamacpp openai-compatible - http://127.0.0.1:8080/v1"),
            (Some("k"), "https://api.mistral.ai/v1", "mistral openai-compatible mistral https://api.mistral.ai/v1"),
        ] {
            assert_eq!(check(key, Some(url)).as_deref(), Ok(expected), "{url}");
        }
        assert!(check(None, Some("https://api.mistral.ai/v1")).is_err(), "a hosted service needs a key");
        assert!(check(None, None).is_err());
    }

    #[test]
    fn what_a_kind_needs_is_asked_for_before_anything_is_sent() {
        let ask = |kind, base_url: Option<&str>, region: Option<&str>, key: Option<&str>| {
            let request = ProviderConnect {
                kind: Some(kind),
                base_url: base_url.map(Into::into),
                region: region.map(Into::into),
                ..ProviderConnect::default()
            };
            let key = key.map(|key| Secret::new(key.into()));
            described(&request, key.as_ref(), &Config::default()).map_err(|error| error.message)
        };
        for (kind, base_url, region, key, needed) in [
            (ProviderKind::Azure, None, None, Some("k"), Some("an address")),
            (ProviderKind::Azure, Some("https://x.openai.azure.com"), None, None, Some("a key")),
            (ProviderKind::Azure, Some("https://x.openai.azure.com"), None, Some("k"), None),
            (ProviderKind::Bedrock, None, None, Some("a:b"), Some("a region")),
            (ProviderKind::Bedrock, None, Some("eu-central-1"), Some("a"), Some("`:`")),
            (ProviderKind::Bedrock, None, Some("eu-central-1"), Some("a:b:c"), None),
            (ProviderKind::Anthropic, None, None, None, Some("a key")),
            (ProviderKind::OpenAiCompatible, None, None, Some("k"), Some("an address")),
            (ProviderKind::Simulated, None, None, None, None),
        ] {
            let found = ask(kind, base_url, region, key);
            let fine = match (&found, needed) {
                (Err(message), Some(needed)) => message.contains(needed),
                (found, needed) => found.is_ok() == needed.is_none(),
            };
            assert!(fine, "{kind:?}: {found:?}");
        }
    }
}
