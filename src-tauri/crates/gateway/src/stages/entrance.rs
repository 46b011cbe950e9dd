//! The gate before a candidate: which of its keys can be used now, and how long a call waits for one.

use std::time::Duration;

use serde_json::json;
use signalbox_domain::{AttemptReason, Cause, Cool, Failure, Stage};
use tokio::time::{Instant, sleep};

use crate::{
    cooling::{Gate, Probe},
    pipeline::Passage,
    stages::{
        attempts::seconds,
        route::{Candidate, Plan},
    },
};

/// Why a candidate can't be entered.
pub(crate) enum Entrance {
    Closed {
        closed: Closed,
        /// When it could be tried again, at the earliest.
        soonest: Option<Duration>,
    },
    Cancelled,
}

/// Why a candidate wasn't tried.
#[derive(Clone, Copy)]
pub(crate) enum Closed {
    /// It cools down; trying it is only unwise, not wrong.
    Cautious,
    /// It cools down because somebody asked for it.
    Asked,
}

/// What this call has done with one candidate.
pub(crate) struct Tries {
    /// Which of its keys is used.
    pub(crate) key: usize,
    /// What this call knows of each of its keys; one where no key is needed.
    keys: Vec<KeyState>,
    pub(crate) again: u32,
    /// How long was waited for it, together.
    pub(crate) waited: Duration,
    /// How long of it was waited since the last attempt.
    pub(crate) pause: Duration,
    /// Why the next attempt is made; none when it is the first with this candidate.
    pub(crate) reason: Option<AttemptReason>,
    /// How the last attempt failed.
    pub(crate) failed: Option<Failure>,
}

/// What a call knows of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyState {
    Untried,
    Tried,
    /// It isn't there or isn't good: this call doesn't use it again.
    Refused,
}

/// What stands before the keys of a candidate of which none can be used now.
#[derive(Default)]
struct Shut {
    /// The first key that rests only out of our own caution.
    cautious: Option<usize>,
    /// The soonest end of a rest, and why it rests.
    soonest: Option<(Duration, String)>,
    /// The soonest end of a rest that somebody asked for.
    asked: Option<(Duration, String)>,
    /// Whether another call is finding out.
    probing: bool,
    /// Each key's reason.
    why: Vec<(usize, String)>,
}

impl Tries {
    pub(crate) fn new(candidate: &Candidate) -> Self {
        Self {
            key: 0,
            keys: vec![KeyState::Untried; candidate.keys.len().max(1)],
            again: 0,
            waited: Duration::ZERO,
            pause: Duration::ZERO,
            reason: None,
            failed: None,
        }
    }

    /// The key in use has failed.
    pub(crate) fn tried(&mut self, failure: &Failure) {
        if let Some(key) = self.keys.get_mut(self.key) {
            *key = if failure.class.allows().cool == Cool::Key { KeyState::Refused } else { KeyState::Tried };
        }
    }

    /// A key that wasn't tried yet and can be used at once.
    pub(crate) fn other_key(&self, passage: &Passage, candidate: &Candidate) -> Option<usize> {
        self.those(|state| state == KeyState::Untried)
            .find(|key| rest(passage, candidate, *key) == Some(Duration::ZERO))
    }

    /// How soon another than the key in use can be used.
    pub(crate) fn sooner_key(&self, passage: &Passage, candidate: &Candidate) -> Option<Duration> {
        self.those(|state| state != KeyState::Refused)
            .filter(|key| *key != self.key)
            .filter_map(|key| rest(passage, candidate, key))
            .min()
    }

    /// The keys in such a state, from the one in use on.
    fn those(&self, wanted: impl Fn(KeyState) -> bool) -> impl Iterator<Item = usize> {
        let count = self.keys.len();
        let from_here = (self.key..count).chain(0..self.key.min(count));
        from_here.filter(move |key| self.keys.get(*key).is_some_and(|state| wanted(*state)))
    }

    /// Waits at the candidate's gate as long as patience allows, and chooses the key with which it is entered.
    pub(crate) async fn enter(
        &mut self,
        passage: &mut Passage,
        plan: &Plan,
        candidate: &Candidate,
        force: bool,
    ) -> Result<Option<Probe>, Entrance> {
        let mut changes = passage.gateway.board.watch();
        loop {
            changes.mark_unchanged();
            let shut = match self.look(passage, candidate).await {
                Ok(probe) => return Ok(probe),
                Err(shut) => shut,
            };
            if let Some(key) = shut.cautious.filter(|_| force) {
                self.key = key;
                return Ok(None);
            }
            let left = plan.patience.saturating_sub(self.waited);
            if shut.probing && !left.is_zero() {
                let most = shut.asked.map_or(left, |(wait, _)| wait.min(left));
                let began = Instant::now();
                let (cancel, events) = (passage.cancel.clone(), passage.events.clone());
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return Err(Entrance::Cancelled),
                    () = events.closed() => return Err(Entrance::Cancelled),
                    _ = changes.changed() => {}
                    () = sleep(most) => {}
                }
                self.waited += began.elapsed().max(Duration::from_millis(1));
                self.pause += began.elapsed();
                continue;
            }
            if let Some((wait, why)) = shut.asked.as_ref().filter(|(wait, _)| *wait <= left) {
                let why = format!("{why}: its cool-down ends sooner than the route's patience");
                if !self.wait(passage, candidate, *wait, &why).await {
                    return Err(Entrance::Cancelled);
                }
                continue;
            }
            let soonest = shut.soonest.as_ref().map(|(wait, _)| *wait);
            pass_over(passage, candidate, &shut).await;
            let closed = if shut.cautious.is_some() { Closed::Cautious } else { Closed::Asked };
            return Err(Entrance::Closed { closed, soonest });
        }
    }

    /// Looks at the gate of every key, and takes the first that is open.
    async fn look(&mut self, passage: &mut Passage, candidate: &Candidate) -> Result<Option<Probe>, Shut> {
        let mut shut = Shut::default();
        let keys: Vec<usize> = self.those(|state| state != KeyState::Refused).collect();
        let board = passage.gateway.board.clone();
        for key in keys {
            let name = candidate.key_name(key);
            let probe = match board.gate(passage.call.role, &candidate.provider_name, &candidate.model, name) {
                Gate::Open => None,
                Gate::Probe(probe) => Some(probe),
                Gate::Cooling { left, asked, why } => {
                    shut.rests(key, left, asked, why);
                    continue;
                }
                Gate::Probing { asked, why } => {
                    shut.probing = true;
                    shut.cautious = shut.cautious.or(Some(key).filter(|_| !asked));
                    shut.why.push((key, why));
                    continue;
                }
            };
            self.key = key;
            for (passed, why) in shut.why {
                let name = candidate.key_name(passed).unwrap_or_default();
                let detail = format!("{}: the key {name} is passed over, {why}", candidate.model);
                passage.recorder.decide(Stage::Attempt, Cause::Skipped, detail).await;
            }
            if probe.is_some() {
                let detail = format!("{}: its cool-down is over, and this call finds out", candidate.model);
                passage.recorder.decide(Stage::Attempt, Cause::Probe, detail).await;
            }
            return Ok(probe);
        }
        Err(shut)
    }

    /// Waits; says whether the call is still wanted.
    pub(crate) async fn wait(
        &mut self,
        passage: &mut Passage,
        candidate: &Candidate,
        wait: Duration,
        why: &str,
    ) -> bool {
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let detail = format!("{} for {}, {why}", seconds(wait), candidate.model);
        passage.recorder.decide_with(Stage::Attempt, Cause::Waited, detail, json!({ "ms": ms, "why": why })).await;
        self.waited += wait;
        self.pause += wait;
        let (cancel, events) = (passage.cancel.clone(), passage.events.clone());
        tokio::select! {
            biased;
            () = cancel.cancelled() => false,
            // The caller has gone.
            () = events.closed() => false,
            () = sleep(wait) => true,
        }
    }
}

fn rest(passage: &Passage, candidate: &Candidate, key: usize) -> Option<Duration> {
    let key = candidate.key_name(key);
    passage.gateway.board.rest(passage.call.role, &candidate.provider_name, &candidate.model, key)
}

impl Shut {
    fn rests(&mut self, key: usize, left: Option<Duration>, asked: bool, why: String) {
        self.why.push((key, why.clone()));
        if !asked {
            self.cautious = self.cautious.or(Some(key));
        }
        let Some(left) = left else { return };
        let sooner = |than: &Option<(Duration, String)>| than.as_ref().is_none_or(|(sofar, _)| left < *sofar);
        if asked && sooner(&self.asked) {
            self.asked = Some((left, why.clone()));
        }
        if sooner(&self.soonest) {
            self.soonest = Some((left, why));
        }
    }
}

async fn pass_over(passage: &mut Passage, candidate: &Candidate, shut: &Shut) {
    let left = shut.soonest.as_ref().map(|(left, _)| *left);
    let rest = match left {
        Some(left) => format!("cooling down for another {}", seconds(left)),
        None => "waiting for its key to be changed, or for another call to find out".into(),
    };
    let soonest = shut.soonest.as_ref().map(|(_, why)| why.as_str());
    let why = soonest.or(shut.why.first().map(|(_, why)| why.as_str())).unwrap_or("no key can be used");
    let detail = format!("{} is passed over: {rest} ({why})", candidate.model);
    let data = json!({ "model": candidate.model, "left_ms": left.map(|left| left.as_millis() as u64) });
    passage.recorder.decide_with(Stage::Attempt, Cause::Skipped, detail, data).await;
}
