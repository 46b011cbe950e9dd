//! The alarm that goes off when what should be independent fails together.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Cool, Failure, Role};
use tokio::time::Instant;
use ts_rs::TS;

/// Failures within this time count as one event.
const TOGETHER: Duration = Duration::from_mins(1);
/// How many failures are remembered.
const MOST: usize = 256;

/// Things that should be independent fail together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Alarm {
    /// What fails together, in words.
    pub text: String,
    /// Since when.
    #[ts(type = "string")]
    pub since: Timestamp,
    /// The roles whose candidates fail.
    pub roles: Vec<Role>,
    /// The providers that fail.
    pub providers: Vec<String>,
}

/// What has failed lately and hasn't worked since.
#[derive(Debug, Default)]
pub(crate) struct AlarmBell(Mutex<VecDeque<Failed>>);

#[derive(Debug)]
struct Failed {
    at: Instant,
    shown_at: Timestamp,
    role: Role,
    provider: String,
    model: String,
}

impl AlarmBell {
    /// A candidate has failed. What the request is to blame for doesn't count.
    pub(crate) fn failed(&self, role: Role, provider: &str, model: &str, failure: &Failure, now: Timestamp) {
        if failure.class.allows().cool == Cool::No {
            return;
        }
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= MOST {
            failed.pop_front();
        }
        failed.push_back(Failed {
            at: Instant::now(),
            shown_at: now,
            role,
            provider: provider.to_owned(),
            model: model.to_owned(),
        });
    }

    /// A candidate has answered.
    pub(crate) fn worked(&self, role: Role, provider: &str, model: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|failed| failed.role != role || failed.provider != provider || failed.model != model);
    }

    /// The alarm, when there is one now.
    pub(crate) fn ringing(&self) -> Option<Alarm> {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while failed.front().is_some_and(|first| first.at.elapsed() > TOGETHER) {
            failed.pop_front();
        }
        let roles: BTreeSet<Role> = failed.iter().map(|failed| failed.role).collect();
        let providers: BTreeSet<&str> = failed.iter().map(|failed| failed.provider.as_str()).collect();
        let since = failed.front()?.shown_at;
        let text = if roles.contains(&Role::Generate) && roles.contains(&Role::Judge) {
            format!(
                "generator and judge fail together ({}): no answer can be verified until the judge works again",
                listed(&providers)
            )
        } else if providers.len() > 1 {
            format!("{} fail together: look at this machine's connection first", listed(&providers))
        } else {
            return None;
        };
        Some(Alarm {
            text,
            since,
            roles: roles.into_iter().collect(),
            providers: providers.into_iter().map(str::to_owned).collect(),
        })
    }
}

fn listed(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use signalbox_domain::ErrorClass;

    use super::*;

    fn fail(bell: &AlarmBell, role: Role, provider: &str) {
        bell.failed(role, provider, "m", &Failure::new(ErrorClass::Server, "down"), Timestamp::UNIX_EPOCH);
    }

    #[tokio::test(start_paused = true)]
    async fn generator_and_judge_that_fail_together_raise_the_alarm_until_one_works() {
        let bell = AlarmBell::default();
        fail(&bell, Role::Generate, "acme");
        assert_eq!(bell.ringing(), None, "one alone is no alarm");
        fail(&bell, Role::Judge, "acme");
        assert_eq!(bell.ringing().map(|alarm| alarm.roles), Some(vec![Role::Generate, Role::Judge]));
        bell.worked(Role::Judge, "acme", "m");
        assert_eq!(bell.ringing(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn several_providers_that_fail_within_a_minute_raise_the_alarm() {
        let bell = AlarmBell::default();
        fail(&bell, Role::Generate, "acme");
        tokio::time::advance(TOGETHER * 2).await;
        fail(&bell, Role::Generate, "other");
        assert_eq!(bell.ringing(), None, "the first is long past");
        fail(&bell, Role::Generate, "acme");
        assert!(bell.ringing().is_some());
    }

    #[test]
    fn a_request_that_is_wrong_raises_no_alarm() {
        let bell = AlarmBell::default();
        for provider in ["acme", "other"] {
            let failure = Failure::new(ErrorClass::ContentPolicy, "no");
            bell.failed(Role::Generate, provider, "m", &failure, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(bell.ringing(), None);
    }
}
