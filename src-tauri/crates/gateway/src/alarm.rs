//! The alarm that goes off when what should be independent fails together.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Cool, Failure, Origin, Role};
use tokio::{sync::watch, time::Instant};
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
    /// When the first call began that met it. It stays the same for as long as the alarm rings.
    #[ts(type = "string")]
    pub since: Timestamp,
    /// The roles whose candidates fail.
    pub roles: Vec<Role>,
    /// The providers that fail.
    pub providers: Vec<String>,
    /// Whether only drills ring it.
    pub drill: bool,
}

/// The bell of the workspace's own calls, and the one that drills ring: what fails on purpose must not hide in what fails.
#[derive(Default)]
pub(crate) struct Bells {
    own: AlarmBell,
    drilled: AlarmBell,
}

impl Bells {
    /// Two bells that tell of every change.
    pub(crate) fn new(changes: &watch::Sender<u64>) -> Self {
        Self { own: AlarmBell::new(changes.clone()), drilled: AlarmBell::new(changes.clone()) }
    }

    /// The bell that a call may ring.
    pub(crate) fn of(&self, origin: &Origin) -> &AlarmBell {
        match origin {
            Origin::Drill { .. } => &self.drilled,
            _ => &self.own,
        }
    }

    /// The alarm, when there is one now. One that is no drill comes first.
    pub(crate) fn ringing(&self) -> Option<Alarm> {
        let drilled = || self.drilled.ringing().map(|alarm| Alarm { drill: true, ..alarm });
        self.own.ringing().or_else(drilled)
    }

    /// When what is known now will be too old, unless something happens before.
    pub(crate) fn lasts(&self) -> Option<Instant> {
        [&self.own, &self.drilled].into_iter().filter_map(AlarmBell::lasts).min()
    }
}

/// What has failed lately and hasn't worked since.
#[derive(Default)]
pub(crate) struct AlarmBell {
    changes: watch::Sender<u64>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    failed: VecDeque<Failed>,
    /// Since when it rings.
    since: Option<Timestamp>,
}

struct Failed {
    at: Instant,
    began: Timestamp,
    role: Role,
    provider: String,
    model: String,
}

impl AlarmBell {
    fn new(changes: watch::Sender<u64>) -> Self {
        Self { changes, known: Mutex::default() }
    }

    /// A candidate of a call that began then has failed. What the request is to blame for doesn't count.
    pub(crate) fn failed(&self, role: Role, provider: &str, model: &str, failure: &Failure, began: Timestamp) {
        if failure.class.allows().cool == Cool::No {
            return;
        }
        let mut known = self.lock();
        let before = known.look();
        if known.failed.len() >= MOST {
            known.failed.pop_front();
        }
        let (provider, model) = (provider.to_owned(), model.to_owned());
        known.failed.push_back(Failed { at: Instant::now(), began, role, provider, model });
        let changed = known.look() != before;
        drop(known);
        self.tell(changed);
    }

    /// A candidate has answered.
    pub(crate) fn worked(&self, role: Role, provider: &str, model: &str) {
        let mut known = self.lock();
        let before = known.look();
        known.failed.retain(|failed| failed.role != role || failed.provider != provider || failed.model != model);
        let changed = known.look() != before;
        drop(known);
        self.tell(changed);
    }

    /// The alarm, when there is one now.
    pub(crate) fn ringing(&self) -> Option<Alarm> {
        self.lock().look()
    }

    fn lasts(&self) -> Option<Instant> {
        self.lock().failed.front().map(|first| first.at + TOGETHER)
    }

    fn tell(&self, changed: bool) {
        if changed {
            self.changes.send_modify(|version| *version += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Forgets what is long past, and looks whether there is an alarm.
    fn look(&mut self) -> Option<Alarm> {
        while self.failed.front().is_some_and(|first| first.at.elapsed() >= TOGETHER) {
            self.failed.pop_front();
        }
        let roles: BTreeSet<Role> = self.failed.iter().map(|failed| failed.role).collect();
        let providers: BTreeSet<&str> = self.failed.iter().map(|failed| failed.provider.as_str()).collect();
        let text = if roles.contains(&Role::Generate) && roles.contains(&Role::Judge) {
            format!(
                "generator and judge fail together ({}): no answer can be verified until the judge works again",
                listed(&providers)
            )
        } else if providers.len() > 1 {
            format!("{} fail together: look at this machine's connection first", listed(&providers))
        } else {
            self.since = None;
            return None;
        };
        let first = self.failed.iter().map(|failed| failed.began).min();
        let since = *self.since.get_or_insert(first.unwrap_or_default());
        Some(Alarm {
            text,
            since,
            roles: roles.into_iter().collect(),
            providers: providers.into_iter().map(str::to_owned).collect(),
            drill: false,
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

    #[tokio::test(start_paused = true)]
    async fn an_alarm_keeps_the_moment_since_which_it_rings_until_it_is_over() {
        let bell = AlarmBell::default();
        let fail = |role, second| {
            let began = Timestamp::from_second(second).unwrap_or_default();
            bell.failed(role, "acme", "m", &Failure::new(ErrorClass::Server, "down"), began);
        };
        let since = || bell.ringing().map(|alarm| alarm.since.as_second());
        let mut changes = bell.changes.subscribe();
        fail(Role::Generate, 100);
        assert!(!changes.has_changed().is_ok_and(|changed| changed), "one alone is no news");
        for second in (130..400).step_by(30) {
            fail(Role::Judge, second);
            fail(Role::Generate, second + 1);
            assert_eq!(
                since(),
                Some(100),
                "the first failure is long past at second {second}, and the alarm is the same"
            );
            tokio::time::advance(TOGETHER / 2).await;
        }
        assert!(changes.has_changed().is_ok_and(|changed| changed), "it is told when it begins");
        let lasts = bell.lasts().map(|end| end.duration_since(Instant::now()));
        assert!(lasts.is_some_and(|left| left <= TOGETHER), "{lasts:?}");
        tokio::time::advance(TOGETHER).await;
        assert_eq!(since(), None, "time alone ends it");
        fail(Role::Judge, 500);
        fail(Role::Generate, 501);
        assert_eq!(since(), Some(500), "the next one is another");
        changes.mark_unchanged();
        bell.worked(Role::Judge, "acme", "m");
        assert!(changes.has_changed().is_ok_and(|changed| changed), "its end is told");
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_drill_rings_is_marked_and_never_hides_what_is_none() {
        let bells = Bells::default();
        let both = |origin: &Origin| {
            fail(bells.of(origin), Role::Generate, "acme");
            fail(bells.of(origin), Role::Judge, "acme");
        };
        both(&Origin::Drill { name: "dead-judge".into() });
        assert_eq!(bells.ringing().map(|alarm| alarm.drill), Some(true));
        both(&Origin::App);
        assert_eq!(bells.ringing().map(|alarm| alarm.drill), Some(false));
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
