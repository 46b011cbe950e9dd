//! Names that are made for people: of providers from their addresses, of models from their identifiers.

use signalbox_providers::FoundModel;
use signalbox_workspace::config::{Config, Provider};

/// How many of the models that are found are added when the user names none.
const SENSIBLE_FEW: usize = 4;
/// How long a made name may be, with room for a number behind it.
const LONGEST_NAME: usize = 60;

/// A provider's name made from its address.
pub(super) fn name_of(base_url: Option<&str>) -> String {
    const KNOWN: &[(&str, &str)] =
        &[(":11434", "ollama"), (":1234", "lmstudio"), (":8080", "llamacpp"), (":8081", "llamacpp")];
    let Some(url) = base_url else { return "openai".into() };
    if let Some((_, name)) = KNOWN.iter().find(|(port, _)| url.contains(port)) {
        return (*name).into();
    }
    let host = url.split("://").last().unwrap_or(url).split(['/', ':']).next().unwrap_or_default();
    if host.is_empty() || host.parse::<std::net::IpAddr>().is_ok() || host == "localhost" {
        return "local".into();
    }
    // `api.example.com` is called `example`.
    let mut labels = host.split('.').rev().skip(1);
    labels.next().map_or_else(|| "provider".into(), slug)
}

/// The models that most people would want: chat models, and not every dated copy of them.
pub(super) fn sensible_few(found: &[FoundModel]) -> Vec<String> {
    const PREFERRED: &[&str] = &["gpt-5-mini", "gpt-5", "gpt-5-nano", "gpt-4.1-mini"];
    let preferred: Vec<String> =
        PREFERRED.iter().filter(|id| found.iter().any(|model| model.id == **id)).map(|id| (*id).to_owned()).collect();
    if !preferred.is_empty() {
        return preferred;
    }
    found.iter().filter(|model| talks(&model.id)).take(SENSIBLE_FEW).map(|model| model.id.clone()).collect()
}

/// Whether a model answers in words, as far as its identifier says.
fn talks(id: &str) -> bool {
    const OTHERS: &[&str] =
        &["embed", "whisper", "tts", "dall-e", "image", "moderation", "veo", "aqa", "rerank", "guard", "transcribe"];
    let id = id.to_ascii_lowercase();
    !OTHERS.iter().any(|other| id.contains(other))
}

/// A provider's name beginning with `base` that no provider of another place has. The same place keeps its name.
pub(super) fn free_provider_name(config: &Config, provider: &Provider, base: &str) -> String {
    let base = slug(base);
    let taken = |name: &str| {
        let known = config.provider(name);
        known.is_some_and(|known| (known.kind, &known.base_url) != (provider.kind, &provider.base_url))
    };
    if !taken(&base) {
        return base;
    }
    let most = config.providers.len() + 2;
    (2..=most).map(|n| format!("{base}-{n}")).find(|name| !taken(name)).unwrap_or(base)
}

/// The family of a model by its identifier, where its makers' names give it away.
pub(super) fn family_of(id: &str) -> Option<&'static str> {
    const FAMILIES: &[(&str, &str)] = &[
        ("gpt-", "gpt"),
        ("chatgpt-", "gpt"),
        ("o1", "gpt"),
        ("o3", "gpt"),
        ("o4", "gpt"),
        ("claude", "claude"),
        ("gemini", "gemini"),
        ("gemma", "gemma"),
        ("llama", "llama"),
        ("meta-llama", "llama"),
        ("mistral", "mistral"),
        ("ministral", "mistral"),
        ("mixtral", "mistral"),
        ("codestral", "mistral"),
        ("magistral", "mistral"),
        ("deepseek", "deepseek"),
        ("qwen", "qwen"),
        ("grok", "grok"),
        ("phi", "phi"),
    ];
    // `vendor/model`, `eu.vendor.model` and `models/model` name the model last.
    let id = id.to_ascii_lowercase();
    let names = [id.as_str(), id.rsplit('/').next().unwrap_or(&id)];
    let dotted = id.split('.').filter(|part| part.chars().any(char::is_alphabetic));
    let mut names = names.into_iter().chain(dotted);
    names.find_map(|name| FAMILIES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, family)| *family))
}

/// A model's name made from its identifier that no other model has.
pub(super) fn free_name(config: &Config, added: &[String], id: &str) -> String {
    let base = slug(id.rsplit('/').next().unwrap_or(id));
    let taken = |name: &str| config.model(name).is_some() || added.iter().any(|other| other == name);
    if !taken(&base) {
        return base;
    }
    // Among one more number than there are names, one is free.
    let most = config.models.len() + added.len() + 2;
    (2..=most).map(|n| format!("{base}-{n}")).find(|name| !taken(name)).unwrap_or(base)
}

/// What may stand as a name in `signalbox.toml`.
fn slug(text: &str) -> String {
    let slug: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = slug.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    if slug.is_empty() { "model".into() } else { slug.chars().take(LONGEST_NAME).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_named_after_its_address() {
        for (address, name) in [
            (None, "openai"),
            (Some("http://127.0.0.1:11434/v1"), "ollama"),
            (Some("http://localhost:1234/v1"), "lmstudio"),
            (Some("http://127.0.0.1:8080/v1"), "llamacpp"),
            (Some("http://127.0.0.1:5005/v1"), "local"),
            (Some("https://api.example.com/v1"), "example"),
            (Some("nonsense"), "provider"),
        ] {
            assert_eq!(name_of(address), name, "{address:?}");
        }
    }

    #[test]
    fn a_family_is_told_by_the_models_name() {
        for (id, family) in [
            ("gpt-5-mini", Some("gpt")),
            ("o4-mini", Some("gpt")),
            ("claude-sonnet-4-5", Some("claude")),
            ("eu.anthropic.claude-sonnet-4-5-v1:0", Some("claude")),
            ("models/gemini-2.5-pro", Some("gemini")),
            ("meta-llama/Llama-3.3-70B-Instruct-Turbo", Some("llama")),
            ("Qwen2.5-1.5B-Instruct.Q4_K_M.gguf", Some("qwen")),
            ("ft:unknown", None),
            ("", None),
        ] {
            assert_eq!(family_of(id), family, "{id}");
        }
    }

    #[test]
    fn models_that_do_not_talk_are_not_added_by_themselves() {
        let found = |id: &str| FoundModel { id: id.into(), context_window: None, owned_by: None };
        let found = ["text-embedding-004", "gemini-2.5-pro", "imagen-4-image", "gemini-2.5-flash"].map(found);
        assert_eq!(sensible_few(&found), ["gemini-2.5-pro", "gemini-2.5-flash"]);
    }

    #[test]
    fn a_made_name_may_stand_in_the_file_and_is_nobody_elses() {
        let config = Config::default();
        assert_eq!(free_name(&config, &[], "vendor/Some Model:latest"), "some-model-latest");
        assert_eq!(free_name(&config, &["m".to_owned()], "m"), "m-2");
        assert_eq!(free_name(&config, &[], "////"), "model");
        assert!(free_name(&config, &[], &"x".repeat(500)).len() <= 64, "names have at most 64 characters");
    }
}
