//! Which calls are meant.

use clap::Args;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use signalbox_api::types::{CallFacets, CallFilter, Empty};
use signalbox_domain::{CallStatus, Clock, Money};
use signalbox_gateway::SystemClock;

use crate::{
    error::{Error, Outcome},
    names,
    session::Session,
    words::one_of,
};

const STATUSES: [CallStatus; 6] = [
    CallStatus::Running,
    CallStatus::Done,
    CallStatus::Failed,
    CallStatus::Refused,
    CallStatus::Cancelled,
    CallStatus::Interrupted,
];

/// Which calls are meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which calls")]
pub(crate) struct Filter {
    /// Words of the prompt's name, the models, the messages, the answer or the error
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Where the calls stand
    #[arg(long, value_parser = one_of(&STATUSES, CallStatus::as_str))]
    status: Vec<CallStatus>,
    /// The prompt
    #[arg(long, value_name = "NAME")]
    prompt: Vec<String>,
    /// The route that was asked for
    #[arg(long, value_name = "NAME")]
    route: Vec<String>,
    /// The model that answered, or the last that was tried
    #[arg(long, value_name = "NAME")]
    model: Vec<String>,
    /// The provider, by the same rule
    #[arg(long, value_name = "NAME")]
    provider: Vec<String>,
    /// Where the calls came from
    #[arg(long, value_parser = ["app", "endpoint", "command_line", "drill", "replay"])]
    origin: Vec<String>,
    /// With what class of error they ended, such as rate_limited
    #[arg(long, value_name = "CLASS")]
    error: Vec<String>,
    /// Only degraded ones
    #[arg(long)]
    degraded: bool,
    /// Only those answered from the cache
    #[arg(long)]
    cached: bool,
    /// Only those that cost this much or more, in dollars
    #[arg(long, value_name = "AMOUNT", value_parser = money)]
    min_cost: Option<Money>,
    /// Only those that took longer, such as 2s
    #[arg(long, value_name = "TIME")]
    slower_than: Option<SignedDuration>,
    /// Only those since then: 30m, 2h, 3d, a day such as 2026-11-22, or a moment such as 2026-11-22T08:00Z
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only those before then
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

fn money(text: &str) -> Result<Money, String> {
    text.parse().map_err(|error: signalbox_domain::MoneyError| error.to_string())
}

impl Filter {
    /// The filter, with moments instead of words.
    pub(super) async fn read(self, session: &Session) -> Outcome<CallFilter> {
        let zone = session.core.app_info(Empty {}).await?.workspace.time_zone;
        let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
        let now = SystemClock.now();
        let moment = |text: &Option<String>| text.as_deref().map(|text| moment(text, now, &zone)).transpose();
        Ok(CallFilter {
            from: moment(&self.since)?,
            to: moment(&self.until)?,
            text: self.search.unwrap_or_default(),
            statuses: self.status,
            prompts: self.prompt,
            routes: self.route,
            models: self.model,
            providers: self.provider,
            origins: self.origin,
            errors: self.error,
            degraded: self.degraded,
            cached: self.cached,
            cost_at_least: self.min_cost,
            slower_than_ms: self.slower_than.map(|time| u64::try_from(time.as_millis()).unwrap_or_default()),
            ..CallFilter::default()
        })
    }
}

/// A moment as people say it: how long ago, a day in the workspace's time zone, or the moment itself.
fn moment(text: &str, now: Timestamp, zone: &TimeZone) -> Outcome<Timestamp> {
    let wrong = || {
        Error::misuse(format!("{text:?} is no time"))
            .hint("Write how long ago it is, such as 30m, 2h or 3d, a day such as 2026-11-22, or a moment such as 2026-11-22T08:00Z")
    };
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(day) = text.parse::<Date>() {
        return day.to_zoned(zone.clone()).map(|start| start.timestamp()).map_err(|_| wrong());
    }
    let ago = match text.strip_suffix('d').map(str::parse::<i64>) {
        Some(Ok(days)) => days.checked_mul(24).and_then(SignedDuration::try_from_hours),
        _ => text.parse::<SignedDuration>().ok(),
    };
    ago.filter(|ago| ago.is_positive() || ago.is_zero()).and_then(|ago| now.checked_sub(ago).ok()).ok_or_else(wrong)
}

/// What is asked for and occurs nowhere in the log, with what was probably meant.
pub(super) fn unknown(filter: &CallFilter, facets: &CallFacets) -> Vec<String> {
    let asked = [
        ("prompt", &filter.prompts, &facets.prompts),
        ("route", &filter.routes, &facets.routes),
        ("model", &filter.models, &facets.models),
        ("provider", &filter.providers, &facets.providers),
        ("error", &filter.errors, &facets.errors),
    ];
    let mut hints = Vec::new();
    for (what, names, known) in asked {
        for name in names.iter().filter(|name| !known.contains(name)) {
            let there =
                if known.is_empty() { "There are none".to_owned() } else { format!("There are {}", known.join(", ")) };
            let meant = names::meant(name, known.iter().map(String::as_str), &there);
            hints.push(format!("No call has the {what} {name:?}. {meant}"));
        }
    }
    hints
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_age_a_day_or_the_moment_itself() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for (text, expected) in [
            ("30m", "2026-11-22T11:30:00Z"),
            ("2h", "2026-11-22T10:00:00Z"),
            ("3d", "2026-11-19T12:00:00Z"),
            ("2026-11-20", "2026-11-19T23:00:00Z"),
            ("2026-11-20T08:00Z", "2026-11-20T08:00:00Z"),
        ] {
            assert_eq!(moment(text, now, &zone).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "-2h", "2026-13-01", "99999999999999999d", "3x"] {
            assert!(moment(text, now, &zone).is_err(), "{text}");
        }
    }
}
