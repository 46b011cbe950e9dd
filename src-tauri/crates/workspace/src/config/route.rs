//! From requests to models: `[routes.NAME]`.

use std::collections::BTreeMap;

use serde::Serialize;
use signalbox_domain::{Role, Tier};

use super::{
    keys::{Keys, Named, check_reference},
    model::Model,
    reader::{At, Reader},
};

/// The longest answer of a prompt that sets no `max_tokens`, in tokens, when the route doesn't say.
pub const DEFAULT_MAX_OUTPUT: u32 = 1_024;

/// A named policy from a request to models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// The candidates of role `generate`.
    pub generate: Chain,
    /// The candidates of role `classify`; empty when the route has none.
    pub classify: Vec<String>,
    /// Who checks its answers; none when nobody does.
    pub judge: Option<Judge>,
    /// How long it waits.
    pub limits: Limits,
    /// The longest answer of a prompt that sets no `max_tokens`, in tokens; 1,024 by default.
    pub max_output: u32,
    /// The longest wait for a candidate that is rate limited or was overloaded, before the next is tried, in
    /// milliseconds; 5 s by default.
    pub patience_ms: u64,
    /// Whether an answer is held back until it is whole.
    pub integrity: bool,
    /// How answers are kept and served again; none when they aren't.
    pub cache: Option<CachePolicy>,
}

/// Who checks the answers of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judge {
    /// The candidates of role `judge`, first to last.
    pub models: Vec<String>,
    /// The lowest tier that a judge may have; none for that of the generator.
    pub min_tier: Option<Tier>,
}

/// How a route keeps answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CachePolicy {
    /// How old an answer may be when it is served instead of a new one, in milliseconds.
    pub max_age_ms: u64,
    /// Whether an older answer may be served when the whole chain has failed.
    pub stale: bool,
}

/// How long a route waits for a rate-limited candidate by default, in milliseconds.
pub const DEFAULT_PATIENCE_MS: u64 = 5_000;

impl Route {
    /// The candidates of a role for a tier, first to last; empty for a role that this route doesn't serve.
    pub fn chain(&self, role: Role, tier: Tier) -> &[String] {
        match role {
            Role::Generate => self.generate.for_tier(tier),
            Role::Classify => &self.classify,
            Role::Judge => self.judge.as_ref().map_or(&[], |judge| &judge.models),
            Role::Guard | Role::Embed => &[],
        }
    }
}

/// The ordered candidates of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Chain {
    /// One list for all tiers.
    All(Vec<String>),
    /// A list for each of some tiers.
    Tiers(BTreeMap<Tier, Vec<String>>),
}

impl Chain {
    /// The candidates for a tier. When it has no list of its own, those of the next stronger tier that has one serve it,
    /// or else those of the strongest.
    pub fn for_tier(&self, tier: Tier) -> &[String] {
        match self {
            Self::All(models) => models,
            Self::Tiers(tiers) => {
                tiers.range(tier..).next().or_else(|| tiers.last_key_value()).map_or(&[], |(_, models)| models)
            }
        }
    }

    /// Every model that it names, each list in its order, the weakest tier first.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        let (all, tiers) = match self {
            Self::All(models) => (Some(models), None),
            Self::Tiers(tiers) => (None, Some(tiers)),
        };
        all.into_iter().chain(tiers.into_iter().flat_map(BTreeMap::values)).flatten().map(String::as_str)
    }
}

/// How long a route waits for one attempt, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// For the first piece of an answer; 30 s by default.
    pub first_token_ms: u64,
    /// For the next piece; 30 s by default.
    pub idle_ms: u64,
    /// For the whole answer; 5 min by default.
    pub total_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { first_token_ms: 30_000, idle_ms: 30_000, total_ms: 300_000 }
    }
}

impl Route {
    pub(super) fn read(name: &str, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>, models: &[Named<Model>]) -> Self {
        let generate = read_chain(keys, reader, models);
        let limits = read_limits(keys, reader);
        let max_output = keys.whole(reader, "max_output", 1..=10_000_000).map_or(DEFAULT_MAX_OUTPUT, |n| n.value);
        for (key, what) in [
            ("classify", "classifier"),
            ("judge", "judge"),
            ("patience", "patience"),
            ("integrity", "integrity mode"),
            ("cache", "cache"),
            ("guards", "guards"),
        ] {
            keys.not_yet(reader, key, what);
        }
        Self {
            name: name.to_owned(),
            generate,
            classify: Vec::new(),
            judge: None,
            limits,
            max_output,
            patience_ms: DEFAULT_PATIENCE_MS,
            integrity: false,
            cache: None,
        }
    }
}

fn read_chain(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>, models: &[Named<Model>]) -> Chain {
    if !keys.has("generate") {
        keys.missing(reader, "generate", "[\"NAME\"]");
    } else if keys.is_table("generate") {
        let mut tiers = BTreeMap::new();
        if let Some(mut inner) = keys.table(reader, "generate") {
            for tier in Tier::ALL {
                if let Some(list) = inner.names(reader, tier.as_str()) {
                    tiers.insert(tier, check_list(reader, list, models));
                }
            }
            inner.finish(reader);
            if tiers.is_empty() {
                inner.missing(reader, "standard", "[\"NAME\"]");
            }
        }
        return Chain::Tiers(tiers);
    } else if let Some(list) = keys.names(reader, "generate") {
        return Chain::All(check_list(reader, list, models));
    }
    Chain::All(Vec::new())
}

fn check_list(reader: &mut Reader<'_>, list: At<Vec<At<String>>>, models: &[Named<Model>]) -> Vec<String> {
    if list.value.is_empty() {
        reader.error(&list.span, "a chain needs at least one model", Some("name a model of this file".into()));
    }
    let mut names: Vec<String> = Vec::new();
    for name in list.value {
        if names.contains(&name.value) {
            reader.error(&name.span, format!("`{}` is in this chain twice", name.value), Some("keep the first".into()));
        } else if check_reference(reader, "model", &name, models) {
            names.push(name.value);
        }
    }
    names
}

fn read_limits(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Limits {
    const LONGEST: u64 = 86_400_000;
    let default = Limits::default();
    let Some(mut keys) = keys.table(reader, "limits") else {
        return default;
    };
    let mut limit = |key, default| keys.duration(reader, key, 1..=LONGEST).map_or(default, |d| d.value);
    let limits = Limits {
        first_token_ms: limit("first_token", default.first_token_ms),
        idle_ms: limit("idle", default.idle_ms),
        total_ms: limit("total", default.total_ms),
    };
    keys.finish(reader);
    if limits.total_ms < limits.first_token_ms {
        reader.warn(keys.span(), "`total` is shorter than `first_token`, which can then never run out", None);
    }
    limits
}
