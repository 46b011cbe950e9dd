//! Changes of routes.

use std::collections::BTreeMap;

use signalbox_domain::{Role, Tier};
use toml_edit::{InlineTable, Item, TableLike, Value};

use super::{
    EditError,
    document::{Document, put, put_list},
};
use crate::config::{
    CachePolicy, Chain, DEFAULT_MAX_OUTPUT, DEFAULT_PATIENCE_MS, Judge, Limits, format_duration, parse_duration,
};

/// Changes of a route. What is none stays as it is; what is said already, in whatever words, stays in these words; what is
/// the default isn't written where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteEdit {
    /// The candidates of role `generate`; a new route needs them.
    pub generate: Option<Chain>,
    /// The candidates of role `classify`; none of them removes the list.
    pub classify: Option<Vec<String>>,
    /// Who checks its answers; nobody removes the judge.
    pub judge: Option<Option<Judge>>,
    /// How long it waits.
    pub limits: Option<Limits>,
    /// The longest answer of a prompt that sets no `max_tokens`, in tokens.
    pub max_output: Option<u32>,
    /// The longest wait for a candidate, in milliseconds.
    pub patience_ms: Option<u64>,
    /// Whether an answer is held back until it is whole.
    pub integrity: Option<bool>,
    /// How answers are kept; nothing removes the cache.
    pub cache: Option<Option<CachePolicy>>,
}

/// Changes a route, or adds it.
pub fn set_route(text: &str, name: &str, edit: &RouteEdit) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    let (table, is_new) = document.entry("routes", "route", name)?;
    match &edit.generate {
        None if is_new => return Err(EditError::Missing { what: "route", name: name.to_owned(), key: "generate" }),
        None => {}
        Some(chain) => put_chain(table, name, chain)?,
    }
    match edit.classify.as_deref() {
        None => {}
        Some([]) => drop(table.remove("classify")),
        Some(models) => put_list(table, "classify", models),
    }
    match &edit.judge {
        None => {}
        Some(None) => drop(table.remove("judge")),
        Some(Some(judge)) => put_judge(table, name, judge)?,
    }
    if let Some(limits) = edit.limits {
        put_limits(table, limits);
    }
    if let Some(most) = edit.max_output {
        let same = table.get("max_output").and_then(Item::as_integer) == Some(i64::from(most));
        if !same && (table.contains_key("max_output") || most != DEFAULT_MAX_OUTPUT) {
            put(table, "max_output", i64::from(most).into());
        }
    }
    if let Some(ms) = edit.patience_ms {
        put_duration(table, "patience", ms, Some(DEFAULT_PATIENCE_MS));
    }
    if let Some(flag) = edit.integrity {
        put_flag(table, "integrity", flag);
    }
    match edit.cache {
        None => {}
        Some(None) => drop(table.remove("cache")),
        Some(Some(cache)) => {
            if let Some(inner) = inner(table, "cache") {
                put_duration(inner, "max_age", cache.max_age_ms, None);
                put_flag(inner, "stale", cache.stale);
            }
        }
    }
    Ok(document.into_text())
}

/// Removes a route.
pub fn remove_route(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.remove("routes", "route", name)?;
    Ok(document.into_text())
}

/// Gives a route another name, in its place.
pub fn rename_route(text: &str, name: &str, to: &str) -> Result<String, EditError> {
    let mut document = Document::parse(text)?;
    document.rename("routes", "route", name, to)?;
    Ok(document.into_text())
}

/// Sets the chain of one role of a route for all tiers, or adds the route.
pub fn set_route_chain(text: &str, route: &str, role: Role, models: &[String]) -> Result<String, EditError> {
    if role != Role::Generate {
        return Err(EditError::NotYet { role });
    }
    let generate = Some(Chain::All(models.to_vec()));
    set_route(text, route, &RouteEdit { generate, ..RouteEdit::default() })
}

fn put_chain(table: &mut dyn TableLike, route: &str, chain: &Chain) -> Result<(), EditError> {
    let empty = || EditError::EmptyChain { route: route.to_owned() };
    match chain {
        Chain::All(models) if models.is_empty() => return Err(empty()),
        Chain::All(models) => put_list(table, Role::Generate.as_str(), models),
        Chain::Tiers(tiers) if tiers.is_empty() || tiers.values().any(Vec::is_empty) => return Err(empty()),
        Chain::Tiers(tiers) => put_tiers(table, tiers),
    }
    Ok(())
}

fn put_tiers(table: &mut dyn TableLike, tiers: &BTreeMap<Tier, Vec<String>>) {
    let Some(inner) = inner(table, Role::Generate.as_str()) else { return };
    for tier in Tier::ALL {
        match tiers.get(&tier) {
            Some(models) => put_list(inner, tier.as_str(), models),
            None => drop(inner.remove(tier.as_str())),
        }
    }
}

fn put_judge(table: &mut dyn TableLike, route: &str, judge: &Judge) -> Result<(), EditError> {
    if judge.models.is_empty() {
        return Err(EditError::EmptyChain { route: route.to_owned() });
    }
    if let Some(inner) = inner(table, Role::Judge.as_str()) {
        put_list(inner, "models", &judge.models);
        match judge.min_tier {
            Some(tier) => put(inner, "min_tier", tier.as_str().into()),
            None => drop(inner.remove("min_tier")),
        }
    }
    Ok(())
}

fn put_limits(table: &mut dyn TableLike, limits: Limits) {
    let default = Limits::default();
    if !table.contains_key("limits") && limits == default {
        return;
    }
    let Some(inner) = inner(table, "limits") else { return };
    for (key, ms, default) in [
        ("first_token", limits.first_token_ms, default.first_token_ms),
        ("idle", limits.idle_ms, default.idle_ms),
        ("total", limits.total_ms, default.total_ms),
    ] {
        put_duration(inner, key, ms, Some(default));
    }
}

/// Writes a duration, unless it is the default and nothing is there, or it is what is there already.
fn put_duration(table: &mut dyn TableLike, key: &str, ms: u64, default: Option<u64>) {
    let now = table.get(key).and_then(Item::as_str).map(parse_duration);
    let keep = match now {
        Some(now) => now == Ok(ms),
        None => !table.contains_key(key) && default == Some(ms),
    };
    if !keep {
        put(table, key, format_duration(ms).into());
    }
}

/// Writes a flag that is off by default.
fn put_flag(table: &mut dyn TableLike, key: &str, flag: bool) {
    if flag || table.contains_key(key) {
        put(table, key, flag.into());
    }
}

/// The table under a key, in whatever form it has; one in one line where there is none.
fn inner<'t>(table: &'t mut dyn TableLike, key: &str) -> Option<&'t mut dyn TableLike> {
    if !table.get(key).is_some_and(Item::is_table_like) {
        table.remove(key);
        put(table, key, Value::InlineTable(InlineTable::new()));
    }
    table.get_mut(key).and_then(Item::as_table_like_mut)
}
