//! Who serves: `[providers.NAME]`.

use serde::{Deserialize, Serialize};
use signalbox_domain::ProviderKind;
use ts_rs::TS;
use url::Url;

use super::{
    address::{check_url, is_loopback, is_readable_on_the_way},
    keys::Keys,
    names::is_name,
    preset::Preset,
    reader::{Reader, shown},
};

/// Where `OpenAI` itself is.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// The most keys that one provider may have.
const MOST_KEYS: usize = 20;
/// The longest name of a key, in characters. Keys themselves are longer, so that one in the wrong place is noticed.
const LONGEST_KEY_NAME: usize = 24;
/// The longest pause between two pieces of a simulated answer, in milliseconds.
const LONGEST_PACE: u64 = 60_000;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum OpenAiApi {
    /// Chat completions.
    #[default]
    Chat,
    /// Responses.
    Responses,
}

impl OpenAiApi {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Chat, Self::Responses];

    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Responses => "responses",
        }
    }
}

/// Who serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// The protocol that it speaks.
    pub kind: ProviderKind,
    /// The address up to and with `/v1`, without a slash at its end: the file's, or else `OpenAI`'s own or the preset's.
    /// None for the simulated provider, and for Anthropic, Gemini and Bedrock at their own addresses.
    pub base_url: Option<String>,
    /// Where its key is; by default the keychain, for the simulated provider and a preset of this machine nowhere.
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
    /// A provider of which the file says nothing but its kind.
    pub fn new(name: impl Into<String>, kind: ProviderKind) -> Self {
        Self {
            name: name.into(),
            kind,
            base_url: (kind == ProviderKind::OpenAi).then(|| OPENAI_BASE_URL.to_owned()),
            key: if kind == ProviderKind::Simulated { KeySource::None } else { KeySource::Keychain },
            keys: Vec::new(),
            api: OpenAiApi::Chat,
            preset: None,
            region: None,
            api_version: None,
            faults: None,
            pace_ms: None,
        }
    }

    /// The name under which the provider's only key is kept. It holds the address, so that a file that comes from elsewhere
    /// can't send a key to another address than the one that it was given for. Keys of `OpenAI` itself have the bare name.
    pub fn key_account(&self) -> String {
        match self.key_place() {
            Some(place) => format!("{} {place}", self.name),
            None => self.name.clone(),
        }
    }

    /// The names under which its keys are kept, each with what the file calls the key: none for the only one. Empty when
    /// it needs no key.
    pub fn key_accounts(&self) -> Vec<(Option<String>, String)> {
        let account = self.key_account();
        if !self.needs_key() {
            Vec::new()
        } else if self.keys.is_empty() {
            vec![(None, account)]
        } else {
            self.keys.iter().map(|key| (Some(key.clone()), format!("{account}#{key}"))).collect()
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

    /// Where a key of it goes, besides `OpenAI` itself.
    fn key_place(&self) -> Option<String> {
        let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin().ascii_serialization());
        match (&self.base_url, self.kind) {
            (Some(url), _) => origin(url).filter(|place| Some(place) != origin(OPENAI_BASE_URL).as_ref()),
            (None, ProviderKind::Anthropic) => Some("https://api.anthropic.com".to_owned()),
            (None, ProviderKind::Gemini) => Some("https://generativelanguage.googleapis.com".to_owned()),
            // One key is good in every region.
            (None, ProviderKind::Bedrock) => Some("https://amazonaws.com".to_owned()),
            (None, _) => None,
        }
    }

    pub(super) fn read(name: &str, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        if !keys.has("kind") {
            keys.missing(reader, "kind", "\"openai-compatible\"");
        }
        let kind = keys.word(reader, "kind", &ProviderKind::ALL.map(|kind| (kind.as_str(), kind))).map(|k| k.value);
        let mut provider = Self::new(name, kind.unwrap_or(ProviderKind::OpenAiCompatible));
        let owned = if let Some(kind) = kind {
            refuse_others(kind, keys, reader)
        } else {
            keys.ignore(&OWNED.map(|(key, _)| key));
            Vec::new()
        };
        let has = |key| owned.contains(&key);
        if has("preset") {
            provider.preset = keys.word(reader, "preset", &Preset::ALL.map(|p| (p.as_str(), p))).map(|p| p.value);
        }
        if has("api") {
            let apis = OpenAiApi::ALL.map(|api| (api.as_str(), api));
            provider.api = keys.word(reader, "api", &apis).map_or(OpenAiApi::Chat, |api| api.value);
        }
        if has("region") {
            provider.region = read_region(keys, reader);
        }
        if has("api_version") {
            provider.api_version = keys.name(reader, "api_version").map(|t| t.value);
        }
        if has("faults") {
            provider.faults = keys.text(reader, "faults").map(|t| t.value);
            provider.pace_ms = keys.duration(reader, "pace", 0..=LONGEST_PACE).map(|d| d.value);
        }
        provider.read_key(keys, reader);
        if kind.is_some_and(|kind| kind != ProviderKind::Simulated) {
            provider.read_base_url(keys, reader);
        } else if kind.is_none() {
            keys.ignore(&["base_url"]);
        } else {
            keys.refuse(reader, "base_url", "a simulated provider has no address", "remove `base_url`");
        }
        refuse_secrets(keys, reader);
        provider
    }

    fn read_key(&mut self, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) {
        let simulated = self.kind == ProviderKind::Simulated;
        if self.preset.is_some_and(|preset| !preset.needs_key()) && !keys.has("keys") {
            self.key = KeySource::None;
        }
        if let Some(text) = keys.text(reader, "key") {
            match text.value.as_str() {
                "keychain" if simulated => {
                    reader.error(&text.span, "a simulated provider has no key", Some("remove `key`".into()));
                }
                "keychain" => self.key = KeySource::Keychain,
                "none" => self.key = KeySource::None,
                _ => {
                    // The value isn't repeated: it may be a key.
                    let hint = "keys are kept in the keychain: remove it here, give it in Providers, and replace it if it was a real one";
                    let message = "`key` must be \"keychain\" or \"none\", never a key itself";
                    reader.error(&text.span, message, Some(hint.into()));
                }
            }
        }
        if self.needs_key() {
            self.keys = read_keys(keys, reader);
        } else {
            keys.refuse(
                reader,
                "keys",
                "a provider without a key has no `keys`",
                if simulated { "remove `keys`" } else { "remove `keys`, or write key = \"keychain\"" },
            );
        }
    }

    fn read_base_url(&mut self, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) {
        let example = match self.kind {
            ProviderKind::Azure => "https://NAME.openai.azure.com",
            _ => "http://127.0.0.1:8080/v1",
        };
        let Some(text) = keys.text(reader, "base_url") else {
            self.base_url = self.base_url.take().or_else(|| self.preset.map(|preset| preset.base_url().to_owned()));
            let needed = matches!(self.kind, ProviderKind::Azure | ProviderKind::OpenAiCompatible);
            // A preset with a mistake in it was reported already.
            if needed && self.base_url.is_none() && !keys.has("base_url") && !keys.has("preset") {
                keys.missing(reader, "base_url", &format!("\"{example}\""));
            }
            return;
        };
        let Some(url) = check_url(reader, "base_url", example, &text) else { return };
        if is_readable_on_the_way(&url) && self.needs_key() {
            let hint = "use https, or key = \"none\"".to_owned();
            reader.warn(&text.span, "the key would travel unencrypted", Some(hint));
        }
        self.base_url = Some(url.as_str().trim_end_matches('/').to_owned());
    }
}

/// Keys that only one kind has.
const OWNED: [(&str, ProviderKind); 6] = [
    ("preset", ProviderKind::OpenAiCompatible),
    ("api", ProviderKind::OpenAi),
    ("region", ProviderKind::Bedrock),
    ("api_version", ProviderKind::Azure),
    ("faults", ProviderKind::Simulated),
    ("pace", ProviderKind::Simulated),
];

/// Refuses the keys that only other kinds have, and says which ones are `kind`'s own.
fn refuse_others(kind: ProviderKind, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Vec<&'static str> {
    let (own, others): (Vec<_>, Vec<_>) = OWNED.into_iter().partition(|(_, owner)| *owner == kind);
    for (key, owner) in others {
        let owner = owner.as_str();
        keys.refuse(
            reader,
            key,
            &format!("only a provider of the kind `{owner}` has `{key}`"),
            &format!("remove it, or set kind = \"{owner}\""),
        );
    }
    own.into_iter().map(|(key, _)| key).collect()
}

fn read_region(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<String> {
    let text = keys.required(reader, "region", "\"eu-central-1\"")?;
    // The region becomes part of a host's name.
    let fine = text.value.contains('-')
        && text.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && is_name(&text.value);
    if !fine {
        let message = format!("{} is no region of AWS", shown(&text.value));
        reader.error(&text.span, message, Some("write one such as \"eu-central-1\"".into()));
    }
    fine.then_some(text.value)
}

fn read_keys(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Vec<String> {
    let Some(list) = keys.names(reader, "keys") else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    if list.value.is_empty() || list.value.len() > MOST_KEYS {
        let message = format!("`keys` must name from 1 to {MOST_KEYS} keys");
        reader.error(&list.span, message, Some("remove `keys` when there is only one".into()));
    }
    for name in list.value {
        // Neither message repeats the text: it may be a key.
        if !is_key_name(&name.value) {
            let hint = "write short names such as [\"main\", \"second\"], and give the keys in Providers";
            reader.error(&name.span, "`keys` holds names of keys, never a key itself", Some(hint.into()));
        } else if names.contains(&name.value) {
            reader.error(&name.span, "this key is named twice", Some("keep the first".into()));
        } else {
            names.push(name.value);
        }
    }
    names
}

/// Whether a text can name one of several keys: a name of at most 24 characters that doesn't look like a key.
pub(crate) fn is_key_name(text: &str) -> bool {
    is_name(text) && text.len() <= LONGEST_KEY_NAME && !text.starts_with("sk-")
}

/// Refuses the places in which other tools keep keys.
fn refuse_secrets(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) {
    for key in [
        "api_key",
        "apikey",
        "api-key",
        "token",
        "secret",
        "password",
        "authorization",
        "access_key_id",
        "secret_access_key",
        "session_token",
    ] {
        let hint = "remove it here, give it in Providers, and replace it, since it has been in a file";
        keys.refuse(reader, key, "a key doesn't belong in a file that is shared", hint);
    }
}
