//! `signalbox.toml` as types: everything that the file says, checked.

mod address;
mod budget;
mod duration;
mod independence;
mod keys;
mod model;
mod names;
mod preset;
mod problem;
mod provider;
mod reader;
mod route;
mod scope;
mod telemetry;

use jiff::tz::TimeZone;
use serde::Serialize;
use signalbox_domain::ContentHash;
use toml::de::DeTable;

pub use budget::{Budget, DEFAULT_DEGRADE_AT, DegradeStep, Period, UnknownPrice};
pub use duration::{DurationError, format_duration, parse_duration};
pub use independence::Independence;
pub use model::Model;
pub use preset::Preset;
pub use problem::{ConfigProblem, ProblemRange, ProblemSeverity};
pub use provider::{KeySource, OPENAI_BASE_URL, OpenAiApi, Provider};
pub use route::{CachePolicy, Chain, DEFAULT_MAX_OUTPUT, DEFAULT_PATIENCE_MS, DEFAULT_REASK, Judge, Limits, Route};
pub use scope::{Scope, ScopeError};
pub use telemetry::{Log, Telemetry};

pub(crate) use names::is_name;
pub(crate) use provider::is_key_name;

use keys::{Keys, Named};
use reader::Reader;

/// Everything that `signalbox.toml` says, in the order of the file. Every reference in it leads somewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Config {
    /// The workspace itself.
    pub workspace: WorkspaceConfig,
    /// Who serves.
    pub providers: Vec<Provider>,
    /// What is served.
    pub models: Vec<Model>,
    /// From requests to models.
    pub routes: Vec<Route>,
    /// Limits of spending.
    pub budgets: Vec<Budget>,
    /// What leaves for a collector.
    pub telemetry: Telemetry,
    /// How long records stay.
    pub log: Log,
}

/// The table `[workspace]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkspaceConfig {
    /// What people call it; `workspace` by default.
    pub name: String,
    /// The organisation.
    pub org: Option<String>,
    /// The project that calls count for; `default` by default.
    pub project: String,
    /// The IANA name of the time zone in which budget periods begin; the system's by default.
    pub time_zone: Option<String>,
}

/// A text of `signalbox.toml` with what was made of it.
///
/// Whoever keeps a configuration replaces it only when there is a new one here, so that a broken file leaves the last
/// good configuration in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The configuration; none when a problem is an error.
    pub config: Option<Config>,
    /// The text as it is in the file.
    pub text: String,
    /// The hash of the text.
    pub hash: ContentHash,
    /// Everything that is wrong or doubtful, in the order of the text.
    pub problems: Vec<ConfigProblem>,
}

impl Loaded {
    /// Reads and checks a text.
    pub fn of(text: String) -> Self {
        let (config, problems) = Config::parse(&text);
        Self { config, hash: ContentHash::of(text.as_bytes()), text, problems }
    }

    /// Adds a warning about the value of a key that turned out to be unusable further up, such as a schedule that only
    /// the simulated provider can read. `path` leads to the key, such as `["providers", "lab", "faults"]`; where it isn't
    /// written, the warning is about the nearest table that is.
    pub fn warn(&mut self, path: &[&str], message: impl AsRef<str>, hint: Option<String>) {
        let (root, mut reader) = Reader::parse(&self.text);
        let span = names::span_of(&root, path);
        reader.warn(&span, message, hint);
        let found = reader.into_problems().into_iter().filter(|p| p.severity == ProblemSeverity::Warning);
        self.problems.extend(found);
        self.problems.sort_by_key(|p| (p.range.start, p.range.end));
    }

    /// The problems that keep the text from being used.
    pub fn errors(&self) -> impl Iterator<Item = &ConfigProblem> {
        self.problems.iter().filter(|p| p.severity == ProblemSeverity::Error)
    }
}

impl Config {
    /// Reads and checks a text. All problems are reported at once; when one of them is an error there is no
    /// configuration.
    pub fn parse(text: &str) -> (Option<Self>, Vec<ConfigProblem>) {
        let (root, mut reader) = Reader::parse(text);
        let config = if reader.has_errors() { None } else { Some(Self::read(&root, &mut reader)) };
        let config = config.filter(|_| !reader.has_errors());
        (config, reader.into_problems())
    }

    /// A provider by its name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|p| p.name == name)
    }

    /// A model by its name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|m| m.name == name)
    }

    /// A route by its name.
    pub fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|r| r.name == name)
    }

    /// A budget by its name.
    pub fn budget(&self, name: &str) -> Option<&Budget> {
        self.budgets.iter().find(|b| b.name == name)
    }

    /// The provider of a model.
    pub fn provider_of(&self, model: &Model) -> Option<&Provider> {
        self.provider(&model.provider)
    }

    /// The routes that name `model` in whatever role, in the order of the file.
    pub fn routes_with<'a>(&'a self, model: &'a str) -> impl Iterator<Item = &'a Route> {
        self.routes.iter().filter(move |r| r.models().any(|m| m == model))
    }

    fn read(root: &DeTable<'_>, reader: &mut Reader<'_>) -> Self {
        let mut keys = Keys::root(root);
        let workspace = WorkspaceConfig::read(&mut keys, reader);
        let providers = keys.named(reader, "providers", Provider::read);
        let models = keys.named(reader, "models", |name, keys, reader| Model::read(name, keys, reader, &providers));
        let routes = keys.named(reader, "routes", |name, keys, reader| Route::read(name, keys, reader, &models));
        let budgets = keys.named(reader, "budgets", Budget::read);
        let telemetry = Telemetry::read(&mut keys, reader);
        let log = Log::read(&mut keys, reader);
        keys.not_yet(reader, "guards", "guards");
        keys.finish(reader);
        Self {
            workspace,
            providers: values(providers),
            models: values(models),
            routes: values(routes),
            budgets: values(budgets),
            telemetry,
            log,
        }
    }
}

impl Default for WorkspaceConfig {
    fn default() -> Self {
        Self { name: "workspace".to_owned(), org: None, project: "default".to_owned(), time_zone: None }
    }
}

impl WorkspaceConfig {
    /// The time zone in which budget periods begin.
    pub fn zone(&self) -> TimeZone {
        self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(TimeZone::system)
    }

    /// The IANA name of [`WorkspaceConfig::zone`]; `UTC` where the system's zone has none.
    pub fn zone_name(&self) -> String {
        self.zone().iana_name().filter(|name| *name != "Etc/Unknown").unwrap_or("UTC").to_owned()
    }

    fn read(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let Some(mut keys) = keys.table(reader, "workspace") else {
            return default;
        };
        let name = keys.text(reader, "name").map(|t| t.value);
        let org = keys.name(reader, "org");
        let project = keys.name(reader, "project");
        let zone = keys.text(reader, "time_zone").filter(|zone| {
            let known = TimeZone::get(&zone.value).is_ok();
            if !known {
                let message = format!("{} is not a time zone", reader::shown(&zone.value));
                reader.error(
                    &zone.span,
                    message,
                    Some("write an IANA name such as \"Europe/Berlin\" or \"UTC\"".into()),
                );
            }
            known
        });
        keys.finish(reader);
        Self {
            name: name.unwrap_or(default.name),
            org: org.map(|t| t.value),
            project: project.map_or(default.project, |t| t.value),
            time_zone: zone.map(|t| t.value),
        }
    }
}

/// What was read, without the places.
fn values<T>(named: Vec<Named<T>>) -> Vec<T> {
    named.into_iter().map(|n| n.value).collect()
}

#[cfg(test)]
mod checks;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
