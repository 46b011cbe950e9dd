//! From requests to models: `[routes.NAME]`.

use std::collections::BTreeMap;

use serde::Serialize;
use signalbox_domain::{Role, Tier};

use super::{
    independence::Independence,
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
    /// The candidates of role `embed`; empty when the route has none.
    pub embed: Vec<String>,
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
    /// How often a candidate is asked again for what in its answer doesn't follow the schema; twice by default.
    pub reask: u32,
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

/// How often a candidate is asked again for what doesn't follow the schema, by default and at most.
pub const DEFAULT_REASK: u32 = 2;
const MOST_REASK: u32 = 10;
/// How long a route waits for a rate-limited candidate by default, in milliseconds.
pub const DEFAULT_PATIENCE_MS: u64 = 5_000;
/// The longest time that a route may wait for a rate-limited candidate, in milliseconds.
const LONGEST_PATIENCE: u64 = 600_000;
/// How old a kept answer may be at most when it is served, in milliseconds: from a second to a year.
const CACHE_AGES: std::ops::RangeInclusive<u64> = 1_000..=31_536_000_000;

impl Route {
    /// A route with every default, and without a model.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            generate: Chain::All(Vec::new()),
            classify: Vec::new(),
            embed: Vec::new(),
            judge: None,
            limits: Limits::default(),
            max_output: DEFAULT_MAX_OUTPUT,
            patience_ms: DEFAULT_PATIENCE_MS,
            integrity: false,
            reask: DEFAULT_REASK,
            cache: None,
        }
    }

    /// The candidates of a role for a tier, first to last; empty for a role that this route doesn't serve.
    pub fn chain(&self, role: Role, tier: Tier) -> &[String] {
        match role {
            Role::Generate => self.generate.for_tier(tier),
            Role::Classify => &self.classify,
            Role::Judge => self.judge.as_ref().map_or(&[], |judge| &judge.models),
            Role::Embed => &self.embed,
            Role::Guard => &[],
        }
    }

    /// Every model that it names in whatever role, some more than once.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        let judges = self.judge.iter().flat_map(|judge| &judge.models);
        self.generate.models().chain(self.classify.iter().chain(&self.embed).chain(judges).map(String::as_str))
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
        let classify = keys.names(reader, "classify").map(|list| check_list(reader, list, models)).unwrap_or_default();
        let embed = keys.names(reader, "embed").map(|list| check_list(reader, list, models)).unwrap_or_default();
        let judge = read_judge(keys, reader, models, &generate);
        let limits = read_limits(keys, reader);
        let max_output = keys.whole(reader, "max_output", 1..=10_000_000).map_or(DEFAULT_MAX_OUTPUT, |n| n.value);
        let patience = keys.duration(reader, "patience", 0..=LONGEST_PATIENCE);
        let integrity = keys.flag(reader, "integrity").unwrap_or(false);
        let reask = keys.whole(reader, "reask", 0..=MOST_REASK).map_or(DEFAULT_REASK, |n| n.value);
        let cache = read_cache(keys, reader);
        keys.not_yet(reader, "guards", "guards");
        Self {
            name: name.to_owned(),
            generate,
            classify,
            embed,
            judge,
            limits,
            max_output,
            patience_ms: patience.map_or(DEFAULT_PATIENCE_MS, |d| d.value),
            integrity,
            reask,
            cache,
        }
    }
}

fn read_judge(
    keys: &mut Keys<'_, '_>,
    reader: &mut Reader<'_>,
    models: &[Named<Model>],
    generate: &Chain,
) -> Option<Judge> {
    let mut keys = keys.table(reader, "judge")?;
    if !keys.has("models") {
        keys.missing(reader, "models", "[\"NAME\"]");
    }
    let listed = keys.names(reader, "models");
    let judges = listed.clone().map(|list| check_list(reader, list, models)).unwrap_or_default();
    let min_tier = keys.word(reader, "min_tier", &Tier::ALL.map(|t| (t.as_str(), t)));
    keys.not_yet(reader, "rubric", "rubrics");
    keys.not_yet(reader, "strict", "strict judges");
    keys.finish(reader);
    let model = |name: &str| models.iter().find(|m| m.value.name == name).map(|m| &m.value);
    for name in listed.into_iter().flat_map(|list| list.value) {
        let Some(judge) = model(&name.value).filter(|_| judges.contains(&name.value)) else { continue };
        let written = generate.models().filter_map(model);
        if let Some(why) = written.map(|writer| Independence::of(judge, writer)).max().and_then(Independence::why_not) {
            let message = format!("the judge `{}` {why}; what it checks then stays unverified", judge.name);
            reader.warn(&name.span, message, Some("name a model of another family as a judge too".into()));
        }
        if let Some(tier) = min_tier.as_ref().filter(|tier| judge.tier < tier.value) {
            let message =
                format!("the judge `{}` is of the tier {}, below `min_tier`", judge.name, judge.tier.as_str());
            reader.warn(&name.span, message, Some(format!("name a model of the tier {}", tier.value.as_str())));
        }
    }
    Some(Judge { models: judges, min_tier: min_tier.map(|t| t.value) })
}

fn read_cache(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<CachePolicy> {
    let mut keys = keys.table(reader, "cache")?;
    if !keys.has("max_age") {
        keys.missing(reader, "max_age", "\"1d\"");
    }
    let max_age = keys.duration(reader, "max_age", CACHE_AGES);
    let stale = keys.flag(reader, "stale").unwrap_or(false);
    keys.finish(reader);
    Some(CachePolicy { max_age_ms: max_age?.value, stale })
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
