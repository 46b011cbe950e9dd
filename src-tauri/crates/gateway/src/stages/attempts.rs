//! The tries upstream, down the chain, until one answers. What follows a failure is decided by [`crate::chain`].

use std::time::Duration;

use serde_json::json;
use signalbox_domain::{AttemptReason, AttemptState, Cause, Cool, ErrorClass, Failure, FinishReason, Stage};
use tokio::time::sleep;

use crate::{
    answer::Answer,
    chain::{Move, Situation},
    cooling::{CoolDown, Gate, Probe},
    gateway::entropy,
    pipeline::Passage,
    stages::{
        attempt,
        cache::age_in_words,
        route::{Candidate, Plan},
    },
};

/// How the tries ended.
pub(crate) enum End {
    Complete { finish: FinishReason },
    Failed(Failure),
    Cancelled,
}

/// What came of the tries.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) end: End,
}

/// Why a candidate wasn't tried.
enum Closed {
    /// It cools down; trying it is only unwise, not wrong.
    Cautious,
    /// It cools down because somebody asked for it, or another attempt is finding out.
    Asked,
}

/// What a candidate's attempts came to.
enum Tried {
    End(End),
    /// The next candidate may answer; `larger` means only one with a larger context window.
    Failed {
        failure: Failure,
        larger: bool,
    },
    /// It wasn't tried.
    Closed(Closed),
}

pub(crate) async fn run(passage: &mut Passage, plan: &Plan) -> Outcome {
    let mut chain =
        Chain { plan, answer: Answer::default(), last: None, window: None, soonest: None, pause: Duration::ZERO };
    let end = chain.run(passage).await;
    passage.recorder.attempt(None);
    Outcome { answer: chain.answer, end }
}

/// The candidates in their order, and what has come of them.
struct Chain<'a> {
    plan: &'a Plan,
    answer: Answer,
    /// The candidate that failed last, and its failure.
    last: Option<(&'a Candidate, Failure)>,
    /// The context window that was too small.
    window: Option<u32>,
    /// When the first candidate that cools down could be tried again, at the earliest.
    soonest: Option<Duration>,
    /// How long was waited since the last attempt, or since the beginning.
    pause: Duration,
}

impl<'a> Chain<'a> {
    async fn run(&mut self, passage: &mut Passage) -> End {
        let mut cautious = Vec::new();
        for candidate in &self.plan.candidates {
            match self.candidate(passage, candidate, false).await {
                Tried::End(end) => return end,
                Tried::Failed { failure, larger } => self.after(candidate, failure, larger),
                Tried::Closed(Closed::Cautious) => cautious.push(candidate),
                Tried::Closed(Closed::Asked) => {}
            }
        }
        // Our own caution is no reason to give no answer at all.
        for candidate in cautious {
            match self.candidate(passage, candidate, true).await {
                Tried::End(end) => return end,
                Tried::Failed { failure, larger } => self.after(candidate, failure, larger),
                Tried::Closed(_) => {}
            }
        }
        self.exhausted(passage)
    }

    fn after(&mut self, candidate: &'a Candidate, failure: Failure, larger: bool) {
        if larger {
            // A window that isn't known can't be known to be smaller than another.
            self.window = self.window.max(Some(candidate.window.unwrap_or(u32::MAX)));
        }
        if let Some(wait) = failure.retry_after() {
            self.sooner(wait);
        }
        self.last = Some((candidate, failure));
    }

    fn sooner(&mut self, wait: Duration) {
        self.soonest = Some(self.soonest.map_or(wait, |soonest| soonest.min(wait)));
    }

    /// Tries one candidate as often as the rules allow.
    async fn candidate(&mut self, passage: &mut Passage, candidate: &'a Candidate, force: bool) -> Tried {
        if let Some(small) = self.window
            && candidate.window.is_none_or(|window| window <= small)
        {
            let than = if small == u32::MAX { String::new() } else { format!(" than {small} tokens") };
            let detail = format!("{}: its context window isn't known to be larger{than}", candidate.model);
            passage.recorder.decide(Stage::Attempt, Cause::Skipped, detail).await;
            return Tried::Closed(Closed::Asked);
        }
        let mut state = Tries { key: 0, again: 0, waited: Duration::ZERO, reason: None, failed: None };
        loop {
            let probe = match self.enter(passage, candidate, &mut state, force).await {
                Ok(probe) => probe,
                Err(Entrance::Cancelled) => return Tried::End(End::Cancelled),
                Err(Entrance::Closed(closed)) => {
                    return match state.failed {
                        Some(failure) => Tried::Failed { failure, larger: false },
                        None => Tried::Closed(closed),
                    };
                }
            };
            if !self.affordable(passage, candidate).await {
                return match state.failed {
                    Some(failure) => Tried::Failed { failure, larger: false },
                    None => Tried::Closed(Closed::Asked),
                };
            }
            let reason = match (&probe, state.reason.take()) {
                (_, Some(reason)) => reason,
                (Some(_), None) => AttemptReason::Probe,
                (None, None) if self.is_first(passage, candidate) => AttemptReason::First,
                (None, None) => AttemptReason::Fallback,
            };
            self.begin(passage, candidate, reason).await;
            let trial = attempt::Trial { reason, key: state.key, waited: std::mem::take(&mut self.pause) };
            let (end, sent) = attempt::run(passage, self.plan, candidate, trial, &mut self.answer).await;
            let key = candidate.key_name(state.key);
            let failure = match end {
                End::Failed(failure) => failure,
                end => {
                    if let End::Complete { .. } = end {
                        let (role, provider) = (passage.call.role, &candidate.provider_name);
                        passage.gateway.board.worked(role, provider, &candidate.model, key);
                        passage.gateway.bell.worked(role, provider, &candidate.model);
                    }
                    return Tried::End(end);
                }
            };
            let delivered = !self.plan.integrity && !self.answer.is_empty();
            let situation = Situation {
                delivered,
                again: state.again,
                waited: state.waited,
                patience: self.plan.patience,
                other_key: state.key + 1 < candidate.keys.len(),
                jitter: jitter(),
            };
            let mut moved = situation.after(&failure);
            let given_up = !matches!(moved, Move::Again { .. });
            // A key that can't be read here says nothing about the provider: it may be there a moment later.
            let cautious = sent && cool(passage, candidate, key, &failure, given_up).await;
            if cautious && !given_up && !force {
                moved = Move::Next;
            }
            drop(probe);
            if !delivered {
                self.answer = Answer::default();
            }
            match moved {
                Move::Stop => return Tried::End(End::Failed(failure)),
                Move::Next => return Tried::Failed { failure, larger: false },
                Move::Larger => return Tried::Failed { failure, larger: true },
                Move::OtherKey => {
                    state.failed = Some(failure);
                    state.key += 1;
                    state.reason = Some(AttemptReason::OtherKey);
                    let name = candidate.key_name(state.key).unwrap_or_default();
                    let detail = format!("{} once more with the key {name}", candidate.model);
                    passage.recorder.decide(Stage::Attempt, Cause::Again, detail).await;
                }
                Move::Again { wait } => {
                    state.again += 1;
                    state.failed = Some(failure.clone());
                    state.reason = Some(AttemptReason::Again);
                    let why = match failure.retry_after() {
                        Some(_) => "as the provider asks",
                        None => "before the same again",
                    };
                    if !state.wait(passage, candidate, wait, why).await {
                        return Tried::End(End::Cancelled);
                    }
                    self.pause += wait;
                    let detail = format!("{} once more after {}", candidate.model, failure.class.as_str());
                    passage.recorder.decide(Stage::Attempt, Cause::Again, detail).await;
                }
            }
        }
    }

    fn is_first(&self, passage: &Passage, candidate: &Candidate) -> bool {
        passage.call.attempts.is_empty()
            && self.plan.candidates.first().is_some_and(|first| first.model == candidate.model)
    }

    /// Says what is tried next when it isn't the first candidate, and marks the answer as degraded.
    async fn begin(&self, passage: &mut Passage, candidate: &Candidate, reason: AttemptReason) {
        let first = self.plan.candidates.first().map(|first| first.model.as_str());
        let another = first != Some(candidate.model.as_str());
        let happened = another.then(|| match &self.last {
            Some((before, failure)) => {
                format!("{} answered, because {} failed: {}", candidate.model, before.model, failure.class.as_str())
            }
            None => format!("{} answered, because {} is cooling down", candidate.model, first.unwrap_or_default()),
        });
        passage.mark_degraded(happened);
        if reason == AttemptReason::Fallback
            && let Some((before, failure)) = &self.last
        {
            let detail = format!("{} after {}: {} is next", failure.class.as_str(), before.model, candidate.model);
            passage.recorder.decide(Stage::Attempt, Cause::Fallback, detail).await;
        }
        passage.recorder.attempt(Some(passage.call.attempts.len() as u32 + 1));
    }

    /// Whether what is left of the hold covers one more attempt. What failed without being charged costs nothing of it.
    async fn affordable(&self, passage: &mut Passage, candidate: &Candidate) -> bool {
        let (spent, held) = (passage.purse.spent, passage.purse.for_attempts);
        let next = spent + candidate.worst_case();
        let enough = next.money <= held.money && next.tokens <= held.tokens;
        if !enough || passage.call.attempts.len() >= self.plan.most_attempts() {
            let detail = if enough {
                format!("{}: the plan allows no further attempt", candidate.model)
            } else {
                format!("{}: of the hold of {} {} is spent already", candidate.model, held.money, spent.money)
            };
            passage.recorder.decide(Stage::Attempt, Cause::Skipped, detail).await;
            return false;
        }
        true
    }

    /// Waits at the candidate's gate as long as patience allows.
    async fn enter(
        &mut self,
        passage: &mut Passage,
        candidate: &Candidate,
        state: &mut Tries,
        force: bool,
    ) -> Result<Option<Probe>, Entrance> {
        let board = passage.gateway.board.clone();
        let mut changes = board.watch();
        loop {
            changes.mark_unchanged();
            let key = candidate.key_name(state.key);
            let left = self.plan.patience.saturating_sub(state.waited);
            let (why, shown_left) = match board.gate(passage.call.role, &candidate.provider_name, &candidate.model, key)
            {
                Gate::Open => return Ok(None),
                Gate::Probe(probe) => {
                    let detail = format!("{}: its cool-down is over, and this call finds out", candidate.model);
                    passage.recorder.decide(Stage::Attempt, Cause::Probe, detail).await;
                    return Ok(Some(probe));
                }
                Gate::Cooling { asked: false, .. } if force => return Ok(None),
                Gate::Cooling { why, .. } | Gate::Probing { why } if state.key + 1 < candidate.keys.len() => {
                    let detail = format!(
                        "{}: the key {} is passed over, {why}",
                        candidate.model,
                        candidate.key_name(state.key).unwrap_or_default()
                    );
                    passage.recorder.decide(Stage::Attempt, Cause::Skipped, detail).await;
                    state.key += 1;
                    continue;
                }
                Gate::Cooling { left: Some(wait), asked: true, why } if wait <= left => {
                    let why = format!("{why}: its cool-down ends sooner than the route's patience");
                    if !state.wait(passage, candidate, wait, &why).await {
                        return Err(Entrance::Cancelled);
                    }
                    self.pause += wait;
                    continue;
                }
                Gate::Probing { .. } if !left.is_zero() => {
                    let began = tokio::time::Instant::now();
                    let (cancel, events) = (passage.cancel.clone(), passage.events.clone());
                    tokio::select! {
                        biased;
                        () = cancel.cancelled() => return Err(Entrance::Cancelled),
                        () = events.closed() => return Err(Entrance::Cancelled),
                        _ = changes.changed() => {}
                        () = sleep(left) => {}
                    }
                    state.waited += began.elapsed().max(Duration::from_millis(1));
                    self.pause += began.elapsed();
                    continue;
                }
                Gate::Cooling { left, asked, why } => {
                    if let Some(left) = left {
                        self.sooner(left);
                    }
                    self.pass_over(passage, candidate, &why, left).await;
                    return Err(Entrance::Closed(if asked { Closed::Asked } else { Closed::Cautious }));
                }
                Gate::Probing { why } => (why, None),
            };
            self.pass_over(passage, candidate, &why, shown_left).await;
            return Err(Entrance::Closed(Closed::Asked));
        }
    }

    async fn pass_over(&self, passage: &mut Passage, candidate: &Candidate, why: &str, left: Option<Duration>) {
        let rest = match left {
            Some(left) => format!("cooling down for another {}", seconds(left)),
            None => "waiting for its key to be changed, or for another call to find out".into(),
        };
        let detail = format!("{} is passed over: {rest} ({why})", candidate.model);
        let data = json!({ "model": candidate.model, "left_ms": left.map(|left| left.as_millis() as u64) });
        passage.recorder.decide_with(Stage::Attempt, Cause::Skipped, detail, data).await;
    }

    /// When no candidate has answered, that is what the caller is told, with all causes.
    fn exhausted(&mut self, passage: &Passage) -> End {
        let only = self.plan.candidates.len() == 1;
        if let Some((_, failure)) = self.last.take_if(|_| only) {
            return End::Failed(failure);
        }
        let mut causes: Vec<String> = Vec::new();
        for attempt in &passage.call.attempts {
            if let AttemptState::Failed { failure } = &attempt.state {
                let cause = format!("{}: {}", attempt.model, failure.message);
                if !causes.contains(&cause) {
                    causes.push(cause);
                }
            }
        }
        let message = match (causes.is_empty(), self.soonest) {
            (false, _) => format!("every candidate failed; {}", causes.join("; ")),
            (true, Some(soonest)) => {
                format!("every candidate is cooling down; the first can be tried in {}", seconds(soonest))
            }
            (true, None) => "no candidate can be tried now; the decisions say why".into(),
        };
        // Too long a conversation is the caller's to mend, whoever else was passed over.
        let class = match self.last.take() {
            Some((_, failure)) if failure.class == ErrorClass::ContextWindow && causes.len() == 1 => {
                return End::Failed(failure);
            }
            _ => ErrorClass::Unavailable,
        };
        End::Failed(
            Failure::new(class, message)
                .with_hint("Look at the attempts in Live, and test the connections in Providers")
                .with_retry_after(self.soonest),
        )
    }
}

/// Why a candidate can't be entered.
enum Entrance {
    Closed(Closed),
    Cancelled,
}

/// What this call has done with one candidate.
struct Tries {
    /// Which of its keys is used.
    key: usize,
    again: u32,
    /// How long was waited for it, together.
    waited: Duration,
    /// Why the next attempt is made; none when it is the first with this candidate.
    reason: Option<AttemptReason>,
    /// How the last attempt failed.
    failed: Option<Failure>,
}

impl Tries {
    /// Waits; says whether the call is still wanted.
    async fn wait(&mut self, passage: &mut Passage, candidate: &Candidate, wait: Duration, why: &str) -> bool {
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let detail = format!("{} for {}, {why}", seconds(wait), candidate.model);
        passage.recorder.decide_with(Stage::Attempt, Cause::Waited, detail, json!({ "ms": ms, "why": why })).await;
        self.waited += wait;
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

/// Records what cools down because of a failure. Says whether it does so out of our own caution.
async fn cool(
    passage: &mut Passage,
    candidate: &Candidate,
    key: Option<&str>,
    failure: &Failure,
    given_up: bool,
) -> bool {
    let now = passage.gateway.clock.now();
    let role = passage.call.role;
    passage.gateway.bell.failed(role, &candidate.provider_name, &candidate.model, failure, now);
    let who = (candidate.provider_name.as_str(), candidate.model.as_str(), key);
    let Some(cooled) = passage.gateway.board.failed(role, who, failure, given_up, now) else {
        passage.gateway.board.announce();
        return false;
    };
    let CoolDown { what, name, until, strikes, class, .. } = cooled;
    let rest = match until {
        Some(until) => {
            let ms = u64::try_from(until.as_millisecond() - now.as_millisecond()).unwrap_or(0);
            format!("for {}", if ms < 60_000 { seconds(Duration::from_millis(ms)) } else { age_in_words(ms) })
        }
        None => "until its key is changed or tested".into(),
    };
    let detail = format!("{name} cools down {rest}: {class}");
    let data = json!({ "what": what, "name": name, "until": until, "strikes": strikes });
    passage.recorder.decide_with(Stage::Attempt, Cause::CoolDown, detail, data).await;
    failure.class.allows().cool == Cool::Counts
}

/// `1.5 s`.
fn seconds(wait: Duration) -> String {
    format!("{} s", (wait.as_secs_f64() * 10.0).ceil() / 10.0)
}

/// A number from 0 up to 1, by chance.
fn jitter() -> f64 {
    let [a, b, ..] = entropy();
    f64::from(u16::from_le_bytes([a, b])) / 65_536.0
}
