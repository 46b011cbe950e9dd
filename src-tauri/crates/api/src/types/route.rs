//! Routes: from requests to models.

use serde::{Deserialize, Serialize};
use signalbox_domain::{ContentHash, ProviderKind, Signal, Tier};
use signalbox_workspace::config::Independence;
use ts_rs::TS;

use super::ModelRow;

/// Every route of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RouteList {
    /// In the order of `signalbox.toml`.
    pub routes: Vec<RouteDetail>,
    /// Every model that a route may name, in the order of `signalbox.toml`.
    pub candidates: Vec<Candidate>,
    /// What a new route has where nothing else is said; it names no model.
    pub defaults: RouteSettings,
}

/// A route and what can be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteDetail {
    /// Its name.
    pub name: String,
    /// What it says.
    pub settings: RouteSettings,
    /// Whether each of its judges may check what each of its models writes.
    pub pins: Vec<Pin>,
}

/// What a route says; what `signalbox.toml` leaves out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteSettings {
    /// The candidates of role `generate`: one chain without a tier for all, or one for each of some tiers.
    pub generate: Vec<TierChain>,
    /// The candidates of role `classify`; empty when it has none.
    pub classify: Vec<String>,
    /// Who checks its answers; none when nobody does.
    pub judge: Option<JudgeSettings>,
    /// The longest wait for the first piece of an answer, in milliseconds.
    #[ts(type = "number")]
    pub first_token_ms: u64,
    /// The longest wait for the next piece, in milliseconds.
    #[ts(type = "number")]
    pub idle_ms: u64,
    /// The longest wait for the whole answer, in milliseconds.
    #[ts(type = "number")]
    pub total_ms: u64,
    /// The longest answer of a prompt that sets no `max_tokens`, in tokens.
    pub max_output: u32,
    /// The longest wait for a candidate that is rate limited, before the next is tried, in milliseconds.
    #[ts(type = "number")]
    pub patience_ms: u64,
    /// Whether an answer is held back until it is whole.
    pub integrity: bool,
    /// How answers are kept and served again; none when they aren't.
    pub cache: Option<CacheSettings>,
}

/// An ordered list of candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TierChain {
    /// The tier that it serves; none for all.
    pub tier: Option<Tier>,
    /// The models, first to last.
    pub models: Vec<String>,
}

/// Who checks answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JudgeSettings {
    /// The judges, first to last.
    pub models: Vec<String>,
    /// The lowest tier that a judge may have; none for that of the generator.
    pub min_tier: Option<Tier>,
}

/// How answers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CacheSettings {
    /// How old an answer may be that is served instead of a new one, in milliseconds.
    #[ts(type = "number")]
    pub max_age_ms: u64,
    /// Whether an older one may be served when the whole chain has failed.
    pub stale: bool,
}

/// Whether one judge may check what one model writes, as far as `signalbox.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pin {
    /// The model that writes.
    pub writer: String,
    /// The model that judges.
    pub judge: String,
    /// Whether it is independent.
    pub independence: Independence,
    /// Whether its tier is high enough.
    pub strong_enough: bool,
}

/// A model that a route may name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Candidate {
    /// The model.
    pub model: ModelRow,
    /// The name of its provider.
    pub provider: String,
    /// What the provider is.
    pub kind: ProviderKind,
    /// How the provider does.
    pub signal: Signal,
    /// The signal in words.
    pub word: String,
    /// Why it can't be called now, such as a missing key; none when nothing is known to keep it from it.
    pub problem: Option<String>,
}

/// Changes a route, or adds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteSet {
    /// Its name.
    pub name: String,
    /// All that it shall say.
    pub settings: RouteSettings,
}

/// Names one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteNamed {
    /// Its name.
    pub name: String,
}

/// Gives a route another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteRename {
    /// Its name.
    pub name: String,
    /// The new one.
    pub to: String,
}

/// What became of a change of a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RouteChanged {
    /// Every route, as it is now.
    pub list: RouteList,
    /// How to take the change back.
    pub undo: ConfigUndo,
}

/// Takes a change of `signalbox.toml` back, as long as nothing else has changed it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigUndo {
    /// The text before the change.
    pub before: String,
    /// The hash of the text after it.
    pub after: ContentHash,
}

/// Asks for a part of `signalbox.toml` as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigPart {
    /// Which kind of table.
    pub section: ConfigSection,
    /// Its name.
    pub name: String,
}

/// A kind of table of `signalbox.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ConfigSection {
    /// Providers.
    Providers,
    /// Models.
    Models,
    /// Routes.
    Routes,
}

/// A part of `signalbox.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigText {
    /// The text, with its comments.
    pub text: String,
}
