//! Which calls are meant, as conditions on the rows of the log.

use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value;
use signalbox_domain::{CallStatus, Money, Role};

use crate::{tables::log::key_at, time::to_micros};

/// Which calls a page shows. All conditions hold together; what is empty, absent or false asks for nothing, and a list
/// asks for any of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Words; all must occur, the last may be the beginning of one, and those in double quotes must follow one another.
    pub text: String,
    /// Where the calls stand.
    pub statuses: Vec<CallStatus>,
    /// Why they were made.
    pub roles: Vec<Role>,
    /// Names of prompts. One that ends in `/*` means every prompt whose name begins with what stands before the `*`.
    pub prompts: Vec<String>,
    /// Names of routes that were asked for.
    pub routes: Vec<String>,
    /// Names of models: the one that answered, or the last that was tried when none did.
    pub models: Vec<String>,
    /// Names of providers, by the same rule.
    pub providers: Vec<String>,
    /// Where the calls came from: the `kind` of an origin.
    pub origins: Vec<String>,
    /// Names of users for whom calls were made.
    pub users: Vec<String>,
    /// Names of app tokens with which they were asked for.
    pub tokens: Vec<String>,
    /// How the answers were judged: the `state` of a badge.
    pub badges: Vec<String>,
    /// Only degraded ones.
    pub degraded: bool,
    /// Only those that were answered from the cache.
    pub cached: bool,
    /// With what the calls themselves ended: the `kind` of an error class.
    pub errors: Vec<String>,
    /// Only calls with such a failed attempt, however they ended.
    pub failed_attempt: Option<FailedAttempt>,
    /// Only those that cost this much or more.
    pub cost_at_least: Option<Money>,
    /// Only those that took longer, in milliseconds.
    pub slower_than_ms: Option<u64>,
    /// Only those that began then or later.
    pub from: Option<Timestamp>,
    /// Only those that began before.
    pub to: Option<Timestamp>,
}

/// An attempt that failed. What is absent may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The provider.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// How it failed: the `kind` of an error class.
    pub error: Option<String>,
    /// The provider's HTTP status.
    pub status: Option<u16>,
}

/// A call's identifier is made a little before the call says that it begins; a key is never further from the beginning
/// than this.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

/// The badge that most answers have.
const UNVERIFIED: &str = "unverified";

/// A piece of SQL with the values of its question marks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: text.into(), values: values.into_iter().collect() }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.values.extend(other.values.iter().cloned());
    }
}

/// A condition for which there is an index, so that it may lead the way to the rows.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// The index on the log, whose rows are in the order of time for each single value; none when there is only `rows`.
    pub(crate) index: Option<&'static str>,
    /// One condition on the log's columns for each value that is asked for.
    pub(crate) any_of: Vec<Sql>,
    /// The keys of all rows that meet it, in no order.
    pub(crate) rows: Vec<Sql>,
}

impl Condition {
    /// A column is one of some values.
    fn is_one_of(place: i64, index: &'static str, column: &str, values: impl IntoIterator<Item = Value>) -> Self {
        Self::of(place, index, values.into_iter().map(|value| Sql::new(format!("{column} = ?"), [value])))
    }

    /// Some conditions on the columns of an index.
    fn of(place: i64, index: &'static str, any_of: impl IntoIterator<Item = Sql>) -> Self {
        let any_of: Vec<Sql> = any_of.into_iter().collect();
        let from = format!("SELECT n FROM log INDEXED BY {index} WHERE place = {place}");
        let rows = any_of.iter().map(|one| Sql::new(format!("{from} AND {}", one.text), one.values.clone())).collect();
        Self { index: Some(index), any_of, rows }
    }

    /// The condition as one expression.
    pub(crate) fn expression(&self) -> Sql {
        let mut all = Sql::default();
        for (number, one) in self.any_of.iter().enumerate() {
            all.push(if number == 0 { "(" } else { " OR " });
            all.add(one);
        }
        all.push(")");
        all
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

impl CallFilter {
    /// The conditions with an index, for one workspace.
    pub(crate) fn conditions(&self, place: i64) -> Vec<Condition> {
        let mut all = Vec::new();
        if !self.statuses.is_empty() {
            let words = self.statuses.iter().map(|status| status.as_str());
            all.push(all_but(place, "log_by_status", "status", CallStatus::Done.as_str(), words));
        }
        if !self.roles.is_empty() {
            let words = self.roles.iter().map(|role| role.as_str());
            all.push(all_but(place, "log_by_role", "role", Role::Generate.as_str(), words));
        }
        if !self.badges.is_empty() {
            let words = self.badges.iter().map(String::as_str);
            all.push(all_but(place, "log_by_badge", "badge", UNVERIFIED, words));
        }
        if !self.prompts.is_empty() {
            all.push(prompts(place, &self.prompts));
        }
        for (index, column, values) in [
            ("log_by_error", "error", &self.errors),
            ("log_by_model", "model", &self.models),
            ("log_by_provider", "provider", &self.providers),
            ("log_by_route", "route", &self.routes),
            ("log_by_origin", "origin", &self.origins),
            ("log_by_user", "user", &self.users),
            ("log_by_token", "token", &self.tokens),
        ] {
            if !values.is_empty() {
                all.push(Condition::is_one_of(place, index, column, values.iter().map(text)));
            }
        }
        if self.degraded {
            all.push(Condition::of(place, "log_degraded", [Sql::new("degraded = 1", [])]));
        }
        if self.cached {
            all.push(Condition::of(place, "log_cached", [Sql::new("cached = 1", [])]));
        }
        if let Some(cost) = self.cost_at_least {
            all.push(range(place, "log_by_cost", Sql::new("cost >= ?", [Value::Integer(cost.nanos())])));
        }
        if let Some(millis) = self.slower_than_ms {
            let millis = i64::try_from(millis).unwrap_or(i64::MAX);
            all.push(range(place, "log_by_time_taken", Sql::new("total_ms > ?", [Value::Integer(millis)])));
        }
        all.extend(self.failed_attempt.as_ref().map(|attempt| attempt.condition(place)));
        all
    }

    /// The conditions on time: exact ones, and what they mean for the keys.
    pub(crate) fn times(&self) -> Vec<Sql> {
        let mut all = Vec::new();
        if let Some(from) = self.from {
            let first = key_at(from.checked_sub(SLACK).unwrap_or(Timestamp::MIN));
            all.push(Sql::new("started_at >= ?", [Value::Integer(to_micros(from))]));
            all.push(Sql::new("n >= ?", [Value::Integer(first)]));
        }
        if let Some(to) = self.to {
            let last = key_at(to.checked_add(SLACK).unwrap_or(Timestamp::MAX));
            all.push(Sql::new("started_at < ?", [Value::Integer(to_micros(to))]));
            all.push(Sql::new("n < ?", [Value::Integer(last)]));
        }
        all
    }
}

/// Rows of a range aren't in the order of time.
fn range(place: i64, index: &'static str, condition: Sql) -> Condition {
    Condition { index: None, ..Condition::of(place, index, [condition]) }
}

/// Names of prompts, and beginnings of names. The rows of a beginning aren't in the order of time.
fn prompts(place: i64, names: &[String]) -> Condition {
    let mut index = Some("log_by_prompt");
    let any_of: Vec<Sql> = names
        .iter()
        .map(|name| match name.strip_suffix('*').filter(|beginning| beginning.ends_with('/')) {
            Some(beginning) => {
                index = None;
                // The character after `/` is `0`.
                let end = format!("{}0", beginning.strip_suffix('/').unwrap_or(beginning));
                Sql::new("(prompt >= ? AND prompt < ?)", [text(beginning), Value::Text(end)])
            }
            None => Sql::new("prompt = ?", [text(name)]),
        })
        .collect();
    Condition { index, ..Condition::of(place, "log_by_prompt", any_of) }
}

/// A column is one of some words, with an index that holds all but the one that most rows have. SQLite sees that the
/// index has the others only when the query says so in the words of the index.
fn all_but<'a>(
    place: i64,
    index: &'static str,
    column: &str,
    usual: &'static str,
    words: impl Iterator<Item = &'a str> + Clone,
) -> Condition {
    let has_usual = words.clone().any(|word| word == usual);
    let term = |word: &str| {
        let has_index = if has_usual { String::new() } else { format!(" AND {column} <> '{usual}'") };
        Sql::new(format!("{column} = ?{has_index}"), [Value::Text(word.to_owned())])
    };
    let condition = Condition::of(place, index, words.map(term));
    if has_usual { Condition { index: None, rows: Vec::new(), ..condition } } else { condition }
}

impl FailedAttempt {
    fn condition(&self, place: i64) -> Condition {
        let mut on_attempts = Sql::new("error IS NOT NULL", []);
        for (column, value) in [("error", &self.error), ("provider", &self.provider), ("model", &self.model)] {
            if let Some(value) = value {
                on_attempts.add(&Sql::new(format!(" AND {column} = ?"), [text(value)]));
            }
        }
        if let Some(status) = self.status {
            on_attempts.add(&Sql::new(" AND status = ?", [Value::Integer(status.into())]));
        }
        let each = Sql::new(
            format!("EXISTS (SELECT 1 FROM attempts WHERE call = log.n AND {})", on_attempts.text),
            on_attempts.values.clone(),
        );
        let from = format!("SELECT call FROM attempts INDEXED BY attempts_failed WHERE place = {place}");
        let rows = format!("{from} AND {}", on_attempts.text);
        let rows = Sql::new(rows, on_attempts.values);
        Condition { index: None, any_of: vec![each], rows: vec![rows] }
    }
}
