//! Changes of providers.

use serde::{Deserialize, Serialize};
use signalbox_domain::ProviderKind;
use toml_edit::{Item, Value};

use super::{
    EditError,
    document::{Document, put, put_list},
    put_all, refuse_use,
};
use crate::config::{KeySource, OpenAiApi, Preset, is_key_name};

/// Changes of a provider. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderEdit {
    /// The protocol that it speaks; a new provider needs it.
    pub kind: Option<ProviderKind>,
    /// The well-known service that it is.
    pub preset: Option<Preset>,
    /// Its address up to and with `/v1`.
    pub base_url: Option<String>,
    /// How `OpenAI` is spoken to.
    pub api: Option<OpenAiApi>,
    /// The region of AWS Bedrock.
    pub region: Option<String>,
    /// The API version of Azure `OpenAI`.
    pub api_version: Option<String>,
    /// Where its key is.
    pub key: Option<KeySource>,
    /// The names of its keys; none of them removes the list.
    pub keys: Option<Vec<String>>,
    /// The simulated provider's schedule of faults; an empty text removes it.
    pub faults: Option<String>,
}

/// Changes a provider, or adds it.
pub fn set_provider(text: &str, name: &str, edit: &ProviderEdit) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let (table, is_new) = document.entry("providers", "provider", name)?;
    if is_new && edit.kind.is_none() {
        return Err(EditError::Missing { what: "provider", name: name.to_owned(), key: "kind" });
    }
    put_all(
        table,
        [
            ("kind", edit.kind.map(|kind| kind.as_str().into())),
            ("preset", edit.preset.map(|preset| preset.as_str().into())),
            ("base_url", edit.base_url.as_deref().map(Value::from)),
            ("api", edit.api.map(|api| api.as_str().into())),
            ("region", edit.region.as_deref().map(Value::from)),
            ("api_version", edit.api_version.as_deref().map(Value::from)),
            ("key", edit.key.map(|key| key.as_str().into())),
        ],
    );
    if let Some(keys) = &edit.keys {
        if let Some(bad) = keys.iter().find(|key| !is_key_name(key)) {
            // It may be a key in the wrong place, so that no more than its length is said.
            return Err(EditError::BadKeyName { length: bad.chars().count() });
        }
        if keys.is_empty() {
            table.remove("keys");
        } else {
            put_list(table, "keys", keys);
        }
    }
    match edit.faults.as_deref() {
        Some("") => drop(table.remove("faults")),
        Some(faults) => put(table, "faults", faults.into()),
        None => {}
    }
    Ok(document.into_text())
}

/// Removes a provider that no model names.
pub fn remove_provider(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let by = document.titles("models", |model| model.get("provider").and_then(Item::as_str) == Some(name));
    refuse_use("provider", name, by)?;
    document.remove("providers", "provider", name)?;
    Ok(document.into_text())
}
