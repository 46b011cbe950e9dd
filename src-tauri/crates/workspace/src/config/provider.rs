//! Who serves: `[providers.NAME]`.

use serde::{Deserialize, Serialize};
use signalbox_domain::ProviderKind;
use url::{Host, Url};

use super::{
    keys::Keys,
    reader::{At, Reader, shown},
};

/// Where `OpenAI` itself is.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// All kinds with their words.
const KINDS: [(&str, ProviderKind); 3] = {
    const fn word(kind: ProviderKind) -> (&'static str, ProviderKind) {
        (kind.as_str(), kind)
    }
    [word(ProviderKind::OpenAi), word(ProviderKind::OpenAiCompatible), word(ProviderKind::Simulated)]
};

/// Where a provider's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeySource {
    /// In the keychain under the provider's name, or in the environment where there is no keychain.
    Keychain,
    /// It needs none.
    None,
}

impl KeySource {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::None => "none",
        }
    }
}

/// How `OpenAI` is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenAiApi {
    /// Chat completions.
    #[default]
    Chat,
    /// Responses.
    Responses,
}

/// A well-known service that speaks `OpenAI`'s chat completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Ollama, on this machine.
    Ollama,
    /// LM Studio, on this machine.
    LmStudio,
    /// llama.cpp's server, on this machine.
    LlamaCpp,
    /// vLLM.
    Vllm,
    /// `OpenRouter`.
    Openrouter,
    /// Groq.
    Groq,
    /// Mistral.
    Mistral,
    /// `DeepSeek`.
    Deepseek,
    /// xAI.
    Xai,
    /// Together AI.
    Together,
}

/// Who serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// The protocol that it speaks.
    pub kind: ProviderKind,
    /// The address up to and with `/v1`, without a slash at its end; none for the simulated provider.
    pub base_url: Option<String>,
    /// Where its key is; by default the keychain, for the simulated provider nowhere.
    pub key: KeySource,
    /// The names of its keys, when it has several; the gateway takes the next when one is rate limited or refused.
    pub keys: Vec<String>,
    /// How `OpenAI` is spoken to; chat completions by default.
    pub api: OpenAiApi,
    /// Which well-known service it is, where the file says; it fills in what the service understands.
    pub preset: Option<Preset>,
    /// The region of AWS Bedrock, such as `eu-central-1`.
    pub region: Option<String>,
    /// The API version of Azure `OpenAI`; none for its current one.
    pub api_version: Option<String>,
    /// The simulated provider's schedule of faults, in its own words.
    pub faults: Option<String>,
    /// The simulated provider's pause between two pieces of an answer, in milliseconds.
    pub pace_ms: Option<u64>,
}

impl Provider {
    /// The name under which the provider's key is kept. It holds the address, so that a file that comes from elsewhere
    /// can't send a key to another address than the one that it was given for.
    pub fn key_account(&self) -> String {
        let origin =
            self.base_url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| url.origin().ascii_serialization());
        match origin {
            Some(origin) if !OPENAI_BASE_URL.starts_with(&origin) => format!("{} {origin}", self.name),
            _ => self.name.clone(),
        }
    }

    /// Whether it needs a key.
    pub fn needs_key(&self) -> bool {
        self.key == KeySource::Keychain
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        self.kind == ProviderKind::Simulated
            || self.base_url.as_deref().and_then(|url| Url::parse(url).ok()).is_some_and(|url| is_loopback(&url))
    }

    pub(super) fn read(name: &str, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let kind = read_kind(keys, reader);
        let simulated = kind == Some(ProviderKind::Simulated);
        let key = read_key(keys, reader, simulated);
        let base_url = read_base_url(keys, reader, kind, key);
        let (mut faults, mut pace_ms) = (None, None);
        if simulated {
            faults = keys.text(reader, "faults").map(|t| t.value);
            pace_ms = keys.duration(reader, "pace", 0..=60_000).map(|d| d.value);
        } else if kind.is_some() {
            for key in ["faults", "pace"] {
                keys.refuse(
                    reader,
                    key,
                    &format!("only a simulated provider has `{key}`"),
                    "remove it, or set kind = \"simulated\"",
                );
            }
        } else {
            keys.ignore(&["faults", "pace"]);
        }
        refuse_secrets(keys, reader);
        Self {
            name: name.to_owned(),
            kind: kind.unwrap_or(ProviderKind::OpenAiCompatible),
            base_url,
            key,
            keys: Vec::new(),
            api: OpenAiApi::Chat,
            preset: None,
            region: None,
            api_version: None,
            faults,
            pace_ms,
        }
    }
}

fn read_kind(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<ProviderKind> {
    let later = ["anthropic", "gemini", "azure", "bedrock"];
    if !keys.has("kind") {
        keys.missing(reader, "kind", "\"openai-compatible\"");
        return None;
    }
    if let Some(text) = keys.peek("kind").filter(|t| later.contains(&t.value.as_str())) {
        let hint = "use `openai-compatible` where the provider offers it".to_owned();
        reader.error(&text.span, format!("this version of Signalbox doesn't speak to {} yet", text.value), Some(hint));
        return None;
    }
    keys.word(reader, "kind", &KINDS).map(|kind| kind.value)
}

fn read_key(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>, simulated: bool) -> KeySource {
    let default = if simulated { KeySource::None } else { KeySource::Keychain };
    let Some(text) = keys.text(reader, "key") else {
        return default;
    };
    match text.value.as_str() {
        "keychain" if simulated => {
            reader.error(&text.span, "a simulated provider has no key", Some("remove `key`".into()));
            default
        }
        "keychain" => KeySource::Keychain,
        "none" => KeySource::None,
        _ => {
            // The value isn't repeated: it may be a key.
            let hint = "keys are kept in the keychain: remove it here, give it in Providers, and replace it if it was a real one";
            reader.error(&text.span, "`key` must be \"keychain\" or \"none\", never a key itself", Some(hint.into()));
            default
        }
    }
}

/// Refuses the places in which other tools keep keys.
fn refuse_secrets(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) {
    for key in ["api_key", "apikey", "api-key", "token", "secret", "password", "authorization"] {
        let hint = "remove it here, give it in Providers, and replace it, since it has been in a file";
        keys.refuse(reader, key, "a key doesn't belong in a file that is shared", hint);
    }
}

fn read_base_url(
    keys: &mut Keys<'_, '_>,
    reader: &mut Reader<'_>,
    kind: Option<ProviderKind>,
    key: KeySource,
) -> Option<String> {
    match kind {
        Some(ProviderKind::Simulated) => {
            keys.refuse(reader, "base_url", "a simulated provider has no address", "remove `base_url`");
            None
        }
        Some(ProviderKind::OpenAiCompatible) if !keys.has("base_url") => {
            keys.missing(reader, "base_url", "\"http://127.0.0.1:8080/v1\"");
            None
        }
        Some(ProviderKind::OpenAi) if !keys.has("base_url") => Some(OPENAI_BASE_URL.to_owned()),
        _ => {
            let text = keys.text(reader, "base_url")?;
            let url = check_url(reader, &text)?;
            if url.scheme() == "http" && !is_loopback(&url) && key == KeySource::Keychain {
                let hint = "use https, or key = \"none\"".to_owned();
                reader.warn(&text.span, "the key would travel unencrypted", Some(hint));
            }
            Some(url.as_str().trim_end_matches('/').to_owned())
        }
    }
}

fn check_url(reader: &mut Reader<'_>, text: &At<String>) -> Option<Url> {
    let url = Url::parse(&text.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        let hint = "write an address such as \"http://127.0.0.1:8080/v1\"".to_owned();
        reader.error(&text.span, format!("{} is not an address", shown(&text.value)), Some(hint));
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "remove what stands before the @, and give the key in Providers".to_owned();
        reader.error(&text.span, "an address in a shared file must not hold a name or password", Some(hint));
        None
    } else if url.query().is_some() || url.fragment().is_some() {
        let hint = "end it with the path, such as /v1".to_owned();
        reader.error(&text.span, "`base_url` must not hold a `?` or `#`", Some(hint));
        None
    } else {
        Some(url)
    }
}

/// Whether an address is this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
