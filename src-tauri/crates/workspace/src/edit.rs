//! Changes of `signalbox.toml` that keep comments and order.
//!
//! Each function takes a text and returns the changed one. It refuses only what it can't write; whether the result is a
//! valid configuration is checked by [`crate::Workspace::edit`], which is the way to apply them.

mod document;
mod list;

use serde::{Deserialize, Serialize};
use signalbox_domain::{Money, Price, ProviderKind, Role, Tier};
use toml_edit::{InlineTable, TableLike, Value};

use crate::config::{KeySource, Scope, UnknownPrice, is_name};
use document::{Document, put};

/// Why a change can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text can't be read at all.
    #[error(
        "signalbox.toml can't be changed because of a mistake in line {line}: {message}; correct it in a text editor first"
    )]
    Syntax {
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// Something that must be a table isn't one.
    #[error("[{path}] in signalbox.toml is not a table; correct it in a text editor first")]
    NotATable {
        /// Which.
        path: String,
    },
    /// Something new lacks what it can't do without.
    #[error("the new {what} {name} needs a `{key}`")]
    Missing {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
        /// What it lacks.
        key: &'static str,
    },
    /// Not a name.
    #[error(
        "{name:?} can't be the name of a {what}; use letters, digits, `-`, `_` and `.`, beginning with a letter or digit"
    )]
    BadName {
        /// What it would name.
        what: &'static str,
        /// The text.
        name: String,
    },
    /// There is nothing by this name.
    #[error("there is no {what} {name} in signalbox.toml; it may have been removed already")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something else needs it.
    #[error("the {what} {name} is used by {}; remove it there first", .by.join(", "))]
    InUse {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
        /// What names it.
        by: Vec<String>,
    },
    /// A chain must name a model.
    #[error("the route {route} needs at least one model")]
    EmptyChain {
        /// The route.
        route: String,
    },
    /// A role that routes don't serve in this version.
    #[error("this version of Signalbox has no chain for {}", .role.as_str())]
    NotYet {
        /// The role.
        role: Role,
    },
}

/// Changes of a provider. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderEdit {
    /// The protocol that it speaks; a new provider needs it.
    pub kind: Option<ProviderKind>,
    /// Its address up to and with `/v1`.
    pub base_url: Option<String>,
    /// Where its key is.
    pub key: Option<KeySource>,
    /// The simulated provider's schedule of faults; an empty text removes it.
    pub faults: Option<String>,
}

/// Changes of a model. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelEdit {
    /// The name of the provider; a new model needs it.
    pub provider: Option<String>,
    /// What the provider calls it.
    pub id: Option<String>,
    /// Its capability class.
    pub tier: Option<Tier>,
    /// Its family.
    pub family: Option<String>,
    /// Dollars per million tokens.
    pub price: Option<Price>,
    /// The context window in tokens.
    pub context_window: Option<u32>,
    /// The longest answer in tokens.
    pub max_output: Option<u32>,
}

/// Changes of a budget. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BudgetEdit {
    /// The most that may be spent in a period; a new budget needs it.
    pub limit: Option<Money>,
    /// The share of the limit at which it warns.
    pub warn_at: Option<f64>,
    /// What it limits; a new budget limits each project by itself.
    pub scope: Option<Scope>,
    /// What happens when a price is unknown.
    pub unknown_price: Option<UnknownPrice>,
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
            ("base_url", edit.base_url.as_deref().map(Value::from)),
            ("key", edit.key.map(|key| key.as_str().into())),
        ],
    );
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
    let by = document.titles("models", |model| model.get("provider").and_then(toml_edit::Item::as_str) == Some(name));
    refuse_use("provider", name, by)?;
    document.remove("providers", "provider", name)?;
    Ok(document.into_text())
}

/// Changes a model, or adds it.
pub fn set_model(text: &str, name: &str, edit: &ModelEdit) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let (table, is_new) = document.entry("models", "model", name)?;
    if is_new && edit.provider.is_none() {
        return Err(EditError::Missing { what: "model", name: name.to_owned(), key: "provider" });
    }
    // A new model whose identifier is its name needs no `id`.
    let id = edit.id.as_deref().filter(|id| !is_new || *id != name);
    put_all(
        table,
        [
            ("provider", edit.provider.as_deref().map(Value::from)),
            ("id", id.map(Value::from)),
            ("tier", edit.tier.map(|tier| tier.as_str().into())),
            ("family", edit.family.as_deref().map(Value::from)),
        ],
    );
    if let Some(price) = &edit.price {
        put_price(table, price);
    }
    put_all(
        table,
        [
            ("context_window", edit.context_window.map(|n| i64::from(n).into())),
            ("max_output", edit.max_output.map(|n| i64::from(n).into())),
        ],
    );
    Ok(document.into_text())
}

/// Removes a model that no route names.
pub fn remove_model(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    refuse_use("model", name, document.routes_with(name))?;
    document.remove("models", "model", name)?;
    Ok(document.into_text())
}

/// Takes a model out of every chain. The last model of a chain can't be taken out.
pub fn remove_candidate(text: &str, model: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.remove_candidate(model)?;
    Ok(document.into_text())
}

/// Sets the chain of a route for all tiers, or adds the route.
pub fn set_route_chain(text: &str, route: &str, role: Role, models: &[String]) -> Result<String, EditError> {
    if role != Role::Generate {
        return Err(EditError::NotYet { role });
    }
    if models.is_empty() {
        return Err(EditError::EmptyChain { route: route.to_owned() });
    }
    let mut document = Document::parse(text)?;
    let (table, _) = document.entry("routes", "route", route)?;
    document::put_list(table, role.as_str(), models);
    Ok(document.into_text())
}

/// Changes a budget, or adds it.
pub fn set_budget(text: &str, name: &str, edit: &BudgetEdit) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let (table, is_new) = document.entry("budgets", "budget", name)?;
    if is_new && edit.limit.is_none() {
        return Err(EditError::Missing { what: "budget", name: name.to_owned(), key: "limit" });
    }
    let new = |value: &'static str| is_new.then(|| Value::from(value));
    let scope = edit.scope.as_ref().map(|scope| scope.to_string().into()).or_else(|| new("project:*"));
    put_all(
        table,
        [
            ("scope", scope),
            ("period", new("day")),
            ("limit", edit.limit.map(|limit| format!("${}", limit.to_decimal()).into())),
            ("warn_at", edit.warn_at.map(Value::from)),
            ("unknown_price", edit.unknown_price.map(unknown_price)),
        ],
    );
    Ok(document.into_text())
}

/// Removes a budget.
pub fn remove_budget(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.remove("budgets", "budget", name)?;
    Ok(document.into_text())
}

fn put_all<const N: usize>(table: &mut dyn TableLike, values: [(&str, Option<Value>); N]) {
    for (key, value) in values {
        if let Some(value) = value {
            put(table, key, value);
        }
    }
}

/// Writes a price into the table that is there, in whatever form it has, or as one line.
fn put_price(table: &mut dyn TableLike, price: &Price) {
    if !table.get("price").is_some_and(toml_edit::Item::is_table_like) {
        put(table, "price", InlineTable::new().into());
    }
    let Some(inner) = table.get_mut("price").and_then(toml_edit::Item::as_table_like_mut) else {
        return;
    };
    let (rates, quote) = (&price.rates, price.rates.quote());
    // What follows from other rates by custom is written only where it stands already.
    let all = [
        ("input", rates.input, true),
        ("cached_input", rates.cached_input, quote.cached_input.is_some()),
        ("cache_write", rates.cache_write, quote.cache_write.is_some()),
        ("cache_write_1h", rates.cache_write_1h, quote.cache_write_1h.is_some()),
        ("output", rates.output, true),
        ("reasoning", rates.reasoning, quote.reasoning.is_some()),
    ];
    for (key, rate, differs) in all {
        if differs || inner.contains_key(key) {
            put(inner, key, rate.to_decimal().into());
        }
    }
}

fn unknown_price(policy: UnknownPrice) -> Value {
    match policy {
        UnknownPrice::Block => "block".into(),
        UnknownPrice::Ceiling(ceiling) => InlineTable::from_iter([("ceiling", ceiling.to_decimal())]).into(),
    }
}

fn refuse_use(what: &'static str, name: &str, by: Vec<String>) -> Result<(), EditError> {
    if by.is_empty() { Ok(()) } else { Err(EditError::InUse { what, name: name.to_owned(), by }) }
}

/// Refuses what can't be a name.
fn check_name(what: &'static str, name: &str) -> Result<(), EditError> {
    if is_name(name) { Ok(()) } else { Err(EditError::BadName { what, name: name.chars().take(80).collect() }) }
}

#[cfg(test)]
mod tests;
