//! Changes of `signalbox.toml` that keep comments and order.
//!
//! Each function takes a text and returns the changed one. It refuses only what it can't write; whether the result is a
//! valid configuration is checked by [`crate::Workspace::edit`], which is the way to apply them.

mod document;
mod list;
mod provider;
mod route;

use serde::{Deserialize, Serialize};
use signalbox_domain::{Allowance, ContentHash, Price, Role, Tier};
use toml_edit::{InlineTable, Item, TableLike, Value};

use crate::config::{DegradeStep, Period, Scope, UnknownPrice, is_name};
use document::{Document, put, put_list};

pub use provider::{ProviderEdit, remove_provider, set_provider};
pub use route::{RouteEdit, remove_route, rename_route, set_route, set_route_chain};

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
    /// Not the name of a key, and perhaps a key itself.
    #[error("a text of {length} characters can't be the name of a key; write a short one such as `second`")]
    BadKeyName {
        /// How long it is.
        length: usize,
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
    /// A route's only judge doesn't vanish by the way.
    #[error("{model} is the only judge of the route {route}; name another judge there first, or remove its judge")]
    OnlyJudge {
        /// The route.
        route: String,
        /// The judge.
        model: String,
    },
    /// The name is taken.
    #[error("there is a {what} {name} already; choose another name")]
    Taken {
        /// What it would name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The text isn't the one that the change was made for.
    #[error("signalbox.toml has changed since, so that this can't be taken back; change it in a text editor")]
    ChangedSince,
    /// A role that routes don't serve in this version.
    #[error("this version of Signalbox has no chain for {}", .role.as_str())]
    NotYet {
        /// The role.
        role: Role,
    },
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
    /// The most that may be used in a period; a new budget needs it.
    pub limit: Option<Allowance>,
    /// The share of the limit at which it warns.
    pub warn_at: Option<f64>,
    /// The share of the limit from which calls are made cheaper.
    pub degrade_at: Option<f64>,
    /// How calls are made cheaper; no way removes both the ways and the share.
    pub degrade: Option<Vec<DegradeStep>>,
    /// What it limits; a new budget limits each project by itself.
    pub scope: Option<Scope>,
    /// When it begins anew; a new budget begins anew each day.
    pub period: Option<Period>,
    /// What happens when a price is unknown.
    pub unknown_price: Option<UnknownPrice>,
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

/// Removes the price of a model, so that the built-in table has it.
pub fn remove_price(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let (table, is_new) = document.entry("models", "model", name)?;
    if is_new {
        return Err(EditError::Unknown { what: "model", name: name.to_owned() });
    }
    table.remove("price");
    Ok(document.into_text())
}

/// The table `[section.name]` as it stands in the text, with its comments.
pub fn excerpt(text: &str, section: &str, name: &str) -> Result<String, EditError> {
    Document::parse(text)?.excerpt(section, name)
}

/// Removes a model that no route names.
pub fn remove_model(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    refuse_use("model", name, document.routes_with(name))?;
    document.remove("models", "model", name)?;
    Ok(document.into_text())
}

/// Takes a model out of every chain. The last model that generates, and the last judge, can't be taken out.
pub fn remove_candidate(text: &str, model: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.remove_candidate(model)?;
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
    let period = edit.period.map(|period| period.as_str().into()).or_else(|| new("day"));
    // A limit that is said already, in whatever words, stays in these words.
    let said = table.get("limit").and_then(Item::as_str).and_then(|limit| limit.parse::<Allowance>().ok());
    let limit = edit.limit.filter(|limit| Some(*limit) != said);
    put_all(
        table,
        [
            ("scope", scope),
            ("period", period),
            ("limit", limit.map(|limit| limit.to_text().into())),
            ("warn_at", edit.warn_at.map(Value::from)),
        ],
    );
    let none = edit.degrade.as_ref().is_some_and(Vec::is_empty);
    if none {
        table.remove("degrade_at");
        table.remove("degrade");
    } else {
        put_all(table, [("degrade_at", edit.degrade_at.map(Value::from))]);
    }
    if let Some(steps) = edit.degrade.as_deref().filter(|_| !none) {
        let words: Vec<String> = steps.iter().map(|step| step.as_str().to_owned()).collect();
        put_list(table, "degrade", &words);
    }
    put_all(table, [("unknown_price", edit.unknown_price.map(unknown_price))]);
    Ok(document.into_text())
}

/// Removes a budget.
pub fn remove_budget(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.remove("budgets", "budget", name)?;
    Ok(document.into_text())
}

/// The text before a change, as long as nothing has changed it since.
pub fn undo(text: &str, before: &str, after: ContentHash) -> Result<String, EditError> {
    if ContentHash::of(text.as_bytes()) == after { Ok(before.to_owned()) } else { Err(EditError::ChangedSince) }
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
