//! The tries upstream, down the chain, until one answers. What follows a failure is decided by [`crate::chain`].

use std::time::Duration;

use serde_json::json;
use signalbox_domain::{
    AttemptReason, AttemptState, Cause, Cool, ErrorClass, Failure, FinishReason, Next, Stage, Tier,
};
use tokio::time::Instant;

use crate::{
    answer::Answer,
    chain::{Move, Situation},
    cooling::CoolDown,
    gateway::entropy,
    pipeline::Passage,
    stages::{
        attempt::{self, Again, Attempted},
        cache::age_in_words,
        entrance::{Closed, Entrance, Tries},
        route::{self, Candidate, Plan},
    },
};

/// What a caller is told to wait when nobody knows better.
const SOME_TIME: Duration = Duration::from_secs(5);

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
    let mut chain = Chain {
        plan,
        answer: Answer::default(),
        thoughts_of: None,
        unfit: None,
        last: None,
        window: None,
        soonest: None,
        pause: Duration::ZERO,
    };
    let end = chain.run(passage).await;
    passage.recorder.attempt(None);
    Outcome { answer: chain.answer, end }
}

/// The candidates in their order, and what has come of them.
struct Chain<'a> {
    plan: &'a Plan,
    answer: Answer,
    /// The attempt whose thoughts the caller was given.
    thoughts_of: Option<u32>,
    /// The tier of the candidate whose answer didn't follow its schema, last.
    unfit: Option<Tier>,
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
        let (mut cautious, mut weaker) = (Vec::new(), Vec::new());
        for (place, candidate) in self.plan.candidates.iter().enumerate() {
            if self.passes_over(place, candidate) {
                if !candidate.escalation {
                    weaker.push(candidate);
                }
                continue;
            }
            match self.candidate(passage, candidate, false).await {
                Tried::End(end) => return end,
                Tried::Failed { failure, larger } => self.after(candidate, failure, larger),
                Tried::Closed(Closed::Cautious) => cautious.push(candidate),
                Tried::Closed(Closed::Asked) => {}
            }
        }
        // Our own caution is no reason to give no answer at all, and neither is that nobody stronger has answered.
        let cautious = cautious.into_iter().map(|candidate| (candidate, true));
        for (candidate, force) in cautious.chain(weaker.into_iter().map(|candidate| (candidate, false))) {
            match self.candidate(passage, candidate, force).await {
                Tried::End(end) => return end,
                Tried::Failed { failure, larger } => self.after(candidate, failure, larger),
                Tried::Closed(_) => {}
            }
        }
        self.exhausted(passage)
    }

    /// Whether a candidate isn't asked at all: one that is only there for answers that don't follow their schema, before
    /// there is such an answer; after one, whoever is no stronger, where somebody stronger comes later.
    fn passes_over(&self, place: usize, candidate: &Candidate) -> bool {
        let Some(unfit) = self.unfit else { return candidate.escalation };
        let later = self.plan.candidates.get(place + 1..).unwrap_or_default();
        candidate.tier <= unfit && later.iter().any(|later| later.tier > unfit)
    }

    fn after(&mut self, candidate: &'a Candidate, failure: Failure, larger: bool) {
        if failure.class == ErrorClass::SchemaInvalid {
            self.unfit = Some(candidate.tier);
        }
        if larger {
            // A window that isn't known can't be known to be smaller than another.
            self.window = self.window.max(Some(candidate.window.unwrap_or(u32::MAX)));
        }
        self.sooner(failure.retry_after());
        self.last = Some((candidate, failure));
    }

    fn sooner(&mut self, wait: Option<Duration>) {
        self.soonest = self.soonest.into_iter().chain(wait).min();
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
        let mut state = Tries::new(candidate);
        // What is asked for again, in the place of the whole.
        let mut reasked: Option<Candidate> = None;
        let mut reasks = 0;
        loop {
            let asked = reasked.as_ref().unwrap_or(candidate);
            let probe = match state.enter(passage, self.plan, candidate, force).await {
                Ok(probe) => probe,
                Err(Entrance::Cancelled) => return Tried::End(End::Cancelled),
                Err(Entrance::Closed { closed, soonest }) => {
                    self.sooner(soonest);
                    self.pause += state.pause;
                    return match state.failed {
                        Some(failure) => Tried::Failed { failure, larger: false },
                        None => Tried::Closed(closed),
                    };
                }
            };
            if !self.affordable(passage, asked).await {
                return match state.failed {
                    Some(failure) => Tried::Failed { failure, larger: false },
                    None => Tried::Closed(Closed::Asked),
                };
            }
            let reason = state.reason.take();
            let reason = reason.unwrap_or_else(|| self.reason(passage, candidate, probe.is_some()));
            self.begin(passage, candidate, reason).await;
            self.pause += std::mem::take(&mut state.pause);
            let trial = attempt::Trial {
                reason,
                key: state.key,
                waited: std::mem::take(&mut self.pause),
                probe: probe.as_ref(),
                thoughts_of: &mut self.thoughts_of,
            };
            let began = Instant::now();
            let Attempted { end, delivered, telling, again } =
                attempt::run(passage, self.plan, asked, trial, &mut self.answer).await;
            let key = candidate.key_name(state.key);
            let failure = match end {
                End::Failed(failure) => failure,
                end => {
                    if let End::Complete { .. } = end {
                        let (role, provider) = (passage.call.role, &candidate.provider_name);
                        let who = (provider.as_str(), candidate.model.as_str(), key);
                        passage.gateway.board.worked(role, who, began, probe.as_ref());
                        passage.gateway.bells.of(&passage.call.origin).worked(role, provider, &candidate.model);
                    }
                    return Tried::End(end);
                }
            };
            let failure = state.blamed(failure, reasked.is_some());
            if let Some(next) = self.reask(passage, candidate, again, reasks).await {
                reasks += 1;
                state.reason = Some(AttemptReason::Reask);
                state.failed = Some(failure);
                reasked = Some(next);
                continue;
            }
            state.tried(&failure);
            let other_key = state.other_key(passage, candidate);
            let situation = Situation {
                delivered,
                again: state.again,
                waited: state.waited,
                patience: self.plan.patience,
                other_key: other_key.is_some(),
                sooner_key: state.sooner_key(passage, candidate),
                jitter: jitter(),
            };
            let mut moved = situation.after(&failure);
            let given_up = !matches!(moved, Move::Again { .. });
            let mut cautious = false;
            if telling && let Some(cooled) = cool(passage, candidate, key, &failure, given_up).await {
                self.sooner(cooled.rest);
                cautious = cooled.cautious;
            }
            if cautious && !given_up && !force {
                moved = Move::Next;
            }
            drop(probe);
            if !delivered {
                self.answer = Answer::default();
            }
            if let Some(tried) = state.moved(passage, candidate, moved, failure, other_key).await {
                return tried;
            }
        }
    }

    /// Why a candidate is asked that this call hasn't asked before.
    fn reason(&self, passage: &Passage, candidate: &Candidate, probes: bool) -> AttemptReason {
        match self.unfit {
            _ if probes => AttemptReason::Probe,
            _ if self.is_first(passage, candidate) => AttemptReason::First,
            Some(unfit) if candidate.tier > unfit => AttemptReason::Escalation,
            _ => AttemptReason::Fallback,
        }
    }

    /// What is asked for again because it doesn't follow the schema; none when nothing can be, or it was often enough.
    async fn reask(
        &mut self,
        passage: &mut Passage,
        candidate: &Candidate,
        again: Option<Again>,
        reasks: u32,
    ) -> Option<Candidate> {
        let Again { part, written } = again.filter(|_| reasks < self.plan.reask)?;
        let thinks = !self.answer.reply().reasoning.is_empty();
        let next = route::reasked(passage, candidate, &written, *part, thinks)?;
        self.unfit = Some(candidate.tier);
        self.answer = Answer::default();
        say_reasked(passage, &next, reasks + 1, self.plan.reask).await;
        Some(next)
    }

    fn is_first(&self, passage: &Passage, candidate: &Candidate) -> bool {
        passage.call.attempts.is_empty() && candidate.model == self.plan.first
    }

    /// Says what is tried next when it isn't the first candidate, and marks the answer as degraded. The first is the one
    /// that the route names first, even if it was left out of the plan.
    async fn begin(&self, passage: &mut Passage, candidate: &Candidate, reason: AttemptReason) {
        let (model, first) = (&candidate.model, &self.plan.first);
        let happened = (model != first).then(|| match (&self.last, &self.plan.first_left_out) {
            (Some((before, failure)), _) => {
                format!("{model} answered, because {} failed: {}", before.model, failure.class.as_str())
            }
            (None, Some(failure)) => format!("{model} answered, because {first} is left out: {}", failure.message),
            (None, None) => format!("{model} answered, because {first} is cooling down"),
        });
        passage.mark_degraded(happened);
        let cause = match reason {
            AttemptReason::Fallback => Some(Cause::Fallback),
            AttemptReason::Escalation => Some(Cause::Escalated),
            _ => None,
        };
        if let (Some(cause), Some((before, failure))) = (cause, &self.last) {
            let detail = format!("{} after {}: {} is next", failure.class.as_str(), before.model, candidate.model);
            passage.recorder.decide(Stage::Attempt, cause, detail).await;
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

    /// When no candidate has answered, that is what the caller is told, with all causes.
    fn exhausted(&mut self, passage: &Passage) -> End {
        let mut planned = self.plan.candidates.iter().filter(|candidate| !candidate.escalation);
        if let (Some(only), None) = (planned.next(), planned.next())
            && passage.call.attempts.iter().all(|attempt| attempt.model == only.model)
            && let Some(mut failure) = self.last.take().map(|(_, failure)| failure).or_else(|| resting(passage, only))
        {
            if matches!(failure.class, ErrorClass::RateLimited | ErrorClass::Overloaded) {
                failure = failure.with_retry_after(Some(self.soonest.unwrap_or(SOME_TIME)));
            }
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
            // Nobody is unavailable: every answer is there, and none is what was asked for.
            Some((_, failure)) if all_unfit(passage) => return End::Failed(Failure { message, ..failure }),
            _ => ErrorClass::Unavailable,
        };
        End::Failed(
            Failure::new(class, message)
                .with_hint("Look at the attempts in Live, and test the connections in Providers")
                .with_retry_after(Some(self.soonest.unwrap_or(SOME_TIME))),
        )
    }
}

/// Why the only candidate wasn't tried: it fails as it did when it began to cool down, so that whoever asks again while it
/// does is told the same.
fn resting(passage: &Passage, only: &Candidate) -> Option<Failure> {
    let cause = passage.gateway.board.cause(passage.call.role, &only.provider_name, &only.model)?;
    let message = format!("{} is cooling down, because of: {}", only.model, cause.message);
    Some(Failure { message, ..cause })
}

impl Tries {
    /// The failure that a candidate is left with. What a re-ask meets says nothing of the request that the caller made: then
    /// it is what was wrong before.
    fn blamed(&mut self, failure: Failure, is_reask: bool) -> Failure {
        match self.failed.take() {
            Some(before) if is_reask && matches!(failure.class.allows().next, Next::No | Next::LargerWindow) => before,
            before => {
                self.failed = before;
                failure
            }
        }
    }

    /// Prepares what follows a failure; gives what the candidate came to when it isn't tried again.
    async fn moved(
        &mut self,
        passage: &mut Passage,
        candidate: &Candidate,
        moved: Move,
        failure: Failure,
        other_key: Option<usize>,
    ) -> Option<Tried> {
        let detail = match moved {
            Move::Stop => return Some(Tried::End(End::Failed(failure))),
            Move::Next => return Some(Tried::Failed { failure, larger: false }),
            Move::Larger => return Some(Tried::Failed { failure, larger: true }),
            Move::OtherKey => {
                self.key = other_key.unwrap_or(self.key);
                self.reason = Some(AttemptReason::OtherKey);
                let name = candidate.key_name(self.key).unwrap_or_default();
                format!("{} once more with the key {name}", candidate.model)
            }
            Move::Again { wait } => {
                self.again += 1;
                self.reason = Some(AttemptReason::Again);
                let asked = failure.retry_after().is_some();
                let why = if asked { "as the provider asks" } else { "before the same again" };
                if !self.wait(passage, candidate, wait, why).await {
                    return Some(Tried::End(End::Cancelled));
                }
                format!("{} once more after {}", candidate.model, failure.class.as_str())
            }
        };
        self.failed = Some(failure);
        passage.recorder.decide(Stage::Attempt, Cause::Again, detail).await;
        None
    }
}

/// Whether every answer came, and none followed its schema.
fn all_unfit(passage: &Passage) -> bool {
    let unfit = |state: &AttemptState| matches!(state, AttemptState::Failed { failure } if failure.class == ErrorClass::SchemaInvalid);
    passage.call.attempts.iter().all(|attempt| unfit(&attempt.state))
}

/// Says what is asked for again.
async fn say_reasked(passage: &mut Passage, next: &Candidate, number: u32, most: u32) {
    let pieces = next.form.iter().filter_map(|form| form.part.as_ref()).flat_map(|part| &part.reask.pieces);
    let paths: Vec<&str> =
        pieces.map(|piece| if piece.path.is_empty() { "the whole" } else { piece.path.as_str() }).collect();
    let detail = format!("{} is asked again for {}, {number} of at most {most} times", next.model, paths.join(", "));
    let data = json!({ "parts": paths, "max_output": next.max_output });
    passage.recorder.decide_with(Stage::Parse, Cause::Reasked, detail, data).await;
}

/// What cools down because of a failure.
struct Cooled {
    /// Whether it does so out of our own caution.
    cautious: bool,
    /// For how long; none for a key that must be changed.
    rest: Option<Duration>,
}

/// Records what cools down because of a failure, if anything does.
async fn cool(
    passage: &mut Passage,
    candidate: &Candidate,
    key: Option<&str>,
    failure: &Failure,
    given_up: bool,
) -> Option<Cooled> {
    let now = passage.gateway.clock.now();
    let role = passage.call.role;
    let (bell, began) = (passage.gateway.bells.of(&passage.call.origin), passage.call.started_at);
    bell.failed(role, &candidate.provider_name, &candidate.model, failure, began);
    let who = (candidate.provider_name.as_str(), candidate.model.as_str(), key);
    let Some(cooled) = passage.gateway.board.failed(role, who, failure, given_up, now) else {
        passage.gateway.board.announce();
        return None;
    };
    let CoolDown { what, name, until, strikes, class, .. } = cooled;
    let ms = until.map(|until| u64::try_from(until.as_millisecond() - now.as_millisecond()).unwrap_or(0));
    let rest = match ms {
        Some(ms) => {
            format!("for {}", if ms < 60_000 { seconds(Duration::from_millis(ms)) } else { age_in_words(ms) })
        }
        None => "until its key is changed or tested".into(),
    };
    let detail = format!("{name} cools down {rest}: {class}");
    let data = json!({ "what": what, "name": name, "until": until, "strikes": strikes });
    passage.recorder.decide_with(Stage::Attempt, Cause::CoolDown, detail, data).await;
    let cautious = failure.class.allows().cool == Cool::Counts && failure.retry_after().is_none();
    Some(Cooled { cautious, rest: ms.map(Duration::from_millis) })
}

/// `1.5 s`.
pub(crate) fn seconds(wait: Duration) -> String {
    format!("{} s", (wait.as_secs_f64() * 10.0).ceil() / 10.0)
}

/// A number from 0 up to 1, by chance.
fn jitter() -> f64 {
    let [a, b, ..] = entropy();
    f64::from(u16::from_le_bytes([a, b])) / 65_536.0
}
