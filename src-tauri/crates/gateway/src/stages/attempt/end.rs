//! What a try has seen, how it ended, and what it cost.

use std::time::Duration;

use serde_json::json;
use signalbox_domain::{Amounts, AttemptState, Cause, ErrorClass, Failure, FinishReason, Limit, Money, Stage, Usage};
use signalbox_providers::ToolCallPiece;
use signalbox_workspace::config::Limits;
use tokio::time::Instant;

use crate::{
    answer::{Answer, Meter},
    event::CallEvent,
    listener::Undelivered,
    pipeline::{Passage, millis_between},
    stages::{
        attempts::End,
        route::{Candidate, worst_case},
    },
};

/// How many blanks an answer may begin with before it is held back, in bytes.
const MOST_BLANKS: usize = 1_024;

/// What a try has seen so far.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may hold together")]
pub(super) struct Seen {
    pub(super) usage: Option<Usage>,
    pub(super) first_token_ms: Option<u64>,
    pub(super) sent: bool,
    /// Whether anything came, be it thoughts.
    pub(super) heard: bool,
    /// Whether a piece of the answer was left out.
    pub(super) gap: bool,
    /// Whether the provider ended the answer, so that its count of tokens is its last word.
    pub(super) whole: bool,
    /// Whether the caller was given a part of the answer, or would have been if it had listened.
    pub(super) delivered: bool,
    /// How long the answer was held up by a caller that didn't take it.
    pub(super) waited: Duration,
    /// Whether that, and not the provider, is why time ran out.
    pub(super) held_up: bool,
    /// Whether thoughts were kept from the caller.
    pub(super) unspoken: bool,
    /// Which of the tool calls is the answer.
    pub(super) answer_tool: Option<u32>,
    /// Whether the answer is held back until it is whole and follows its schema.
    pub(super) holds: bool,
    /// Whether it has begun, as far as its schema is concerned: with a value, not with words about one.
    pub(super) begun: bool,
}

impl Seen {
    /// What of a piece is delivered at once. A provider that was to write nothing but a value may not keep to it: an answer
    /// that doesn't begin as an object or a list is held back after all.
    pub(super) fn now(&mut self, answer: &Answer, piece: CallEvent) -> Option<CallEvent> {
        if self.begun || !matches!(piece, CallEvent::Delta { .. }) {
            return Some(piece);
        }
        let text = answer.text();
        match text.trim_start().chars().next() {
            None if text.len() < MOST_BLANKS => return None,
            first => self.begun = matches!(first, Some('{' | '[')),
        }
        self.holds = !self.begun;
        self.begun.then(|| CallEvent::Delta { start: 0, text: answer.text().to_owned() })
    }

    /// Whether a piece of a tool call is a piece of the answer.
    pub(super) fn is_answer(&mut self, candidate: &Candidate, piece: &ToolCallPiece) -> bool {
        if let (Some(name), Some(form)) = (&piece.name, &candidate.form)
            && self.answer_tool.is_none()
            && form.is_answer(name)
        {
            self.answer_tool = Some(piece.index);
        }
        self.answer_tool == Some(piece.index)
    }

    /// How a try ends whose answer the caller didn't take.
    pub(super) fn undelivered(&mut self, why: Undelivered, limits: Limits) -> End {
        match why {
            Undelivered::Gone => End::Cancelled,
            Undelivered::Late => {
                self.held_up = true;
                self.delivered = true;
                End::Failed(untaken(limits))
            }
        }
    }

    /// Whose time has run out. Of the total, whoever took the larger part of it is to blame.
    pub(super) fn timeout(&mut self, deadline: Instant, total: Instant, limit: Limit, limits: Limits) -> End {
        let spent = total <= deadline;
        if spent && self.waited * 2 >= Duration::from_millis(limits.total_ms) {
            return self.undelivered(Undelivered::Late, limits);
        }
        timeout(if spent { Limit::Total } else { limit }, limits)
    }
}

/// The failure of a call whose caller didn't take the answer.
pub(crate) fn untaken(limits: Limits) -> Failure {
    let seconds = limits.total_ms as f64 / 1000.0;
    let message = format!("whoever asked didn't take the answer within {seconds} s (limit total)");
    let class = ErrorClass::Timeout { limit: Limit::Total };
    Failure::new(class, message).with_hint("Read the answer as it comes, or cancel the call")
}

/// A time limit has run out.
fn timeout(limit: Limit, limits: Limits) -> End {
    let (ms, what) = match limit {
        Limit::FirstToken => (limits.first_token_ms, "nothing came"),
        Limit::Idle => (limits.idle_ms, "nothing more came"),
        Limit::Total => (limits.total_ms, "the answer wasn't whole"),
    };
    let seconds = ms as f64 / 1000.0;
    let failure =
        Failure::new(ErrorClass::Timeout { limit }, format!("{what} within {seconds} s (limit {})", limit.as_str()))
            .with_hint("Raise the route's limits in signalbox.toml if the model needs longer");
    End::Failed(failure)
}

/// Records how a try ended and what it cost; what came from it is on the meter. Says how it ended for the caller.
pub(super) async fn finish(
    passage: &mut Passage,
    candidate: &Candidate,
    meter: &mut Meter,
    seen: Seen,
    end: End,
) -> End {
    let now = passage.gateway.clock.now();
    // A provider that refused outright charges nothing; one that was heard, or may have worked, does.
    let charged = seen.usage.is_some()
        || match &end {
            End::Complete { .. } => true,
            End::Cancelled => seen.sent,
            End::Failed(failure) => {
                seen.heard || matches!(failure.class, ErrorClass::Timeout { .. } | ErrorClass::StreamCut { .. })
            }
        };
    let end = match end {
        // An answer with a gap didn't end as the model meant it, and neither did a tool call with one.
        End::Complete { finish: FinishReason::Stop | FinishReason::ToolCalls } if seen.gap => {
            End::Complete { finish: FinishReason::Other("incomplete".into()) }
        }
        end => end,
    };
    let (state, cause, word) = ended(&end);
    let (least, _) = candidate.lower_bound(meter.tokens());
    // What a provider counted before the end isn't all that it counted.
    let usage = seen.usage.filter(|_| seen.whole);
    let shown = match (usage.or(seen.usage), charged) {
        (Some(counted), _) if usage.is_some() => counted,
        (Some(sofar), _) => at_least(sofar, least),
        (None, true) => least,
        (None, false) => Usage::default(),
    };
    let cost = if charged { candidate.cost(&shown) } else { None };
    if charged && let Some(why) = candidate.unpriced() {
        passage.unpriced = Some(why);
    }
    let doubtful = if charged { spend(passage, candidate, meter, &seen, (&shown, cost), &end) } else { Money::ZERO };
    if let (Some((model, characters)), Some(usage)) = (&candidate.learns, usage) {
        passage.learned.push((model.clone(), *characters, usage.input));
    }
    if let Some(attempt) = passage.call.attempts.last_mut() {
        attempt.total_ms = Some(millis_between(attempt.started_at, now));
        attempt.usage = usage;
        attempt.cost = cost;
        attempt.state = state;
    }
    if charged {
        *passage.call.usage.get_or_insert_default() += shown;
    }
    match &end {
        End::Complete { .. } => passage.gateway.health.worked(&candidate.provider_name, now),
        End::Failed(failure) if !seen.held_up => {
            passage.gateway.health.failed(&candidate.provider_name, failure, now);
        }
        End::Failed(_) | End::Cancelled => {}
    }
    let detail = if charged {
        format!("{}: {} tokens in, {} out; {word}", candidate.model, shown.input, shown.output)
    } else {
        format!("{}: {word}", candidate.model)
    };
    let data = json!({ "usage": usage, "cost": cost, "counted": usage.is_some(), "doubtful": doubtful });
    passage.recorder.decide_with(Stage::Attempt, cause, detail, data).await;
    if charged && shown.output > candidate.max_output {
        let (said, allowed) = (shown.output, candidate.max_output);
        let detail = format!("{}: {said} tokens came, and only {allowed} were asked for", candidate.model);
        let data = json!({ "output": said, "max_output": allowed });
        passage.recorder.decide_with(Stage::Attempt, Cause::Overshot, detail, data).await;
    }
    passage.show().await;
    end
}

/// Takes what a try has used out of the purse, with what is in doubt; gives what is.
fn spend(
    passage: &mut Passage,
    candidate: &Candidate,
    meter: &mut Meter,
    seen: &Seen,
    (shown, cost): (&Usage, Option<Money>),
    end: &End,
) -> Money {
    let most = at_most(candidate, meter, seen, end);
    let money = cost.unwrap_or_default();
    let doubtful = (most.money - money).max(Money::ZERO);
    passage.purse.doubtful += doubtful;
    let tokens = tokens(shown).max(most.tokens);
    passage.purse.spent += Amounts { money: money + doubtful, tokens, requests: 0 };
    doubtful
}

/// What an attempt may have cost at most, as [`crate::admission`] says; nothing beyond what is known when it is no more.
fn at_most(candidate: &Candidate, meter: &mut Meter, seen: &Seen, end: &End) -> Amounts {
    let by_text = |meter: &mut Meter| {
        let output = meter.at_most().min(candidate.max_output.max(meter.tokens()));
        worst_case(&candidate.price, candidate.input.at_most, output)
    };
    match end {
        // The provider's last word.
        _ if seen.whole && seen.usage.is_some() => Amounts::ZERO,
        End::Complete { .. } => by_text(meter),
        End::Cancelled => Amounts::ZERO,
        // A caller that doesn't take the answer is one that leaves.
        End::Failed(_) if seen.held_up => Amounts::ZERO,
        End::Failed(failure) => match failure.class {
            // The provider had ended its answer, whatever it was.
            ErrorClass::Empty | ErrorClass::SchemaInvalid | ErrorClass::ContentPolicy => by_text(meter),
            _ => candidate.worst_case(),
        },
    }
}

/// The tokens that a provider counted, of whatever kind.
fn tokens(usage: &Usage) -> i64 {
    i64::try_from(usage.input.saturating_add(usage.output)).unwrap_or(i64::MAX)
}

/// Tokens that a provider had counted before an answer broke off, and those that came from it. The input is known by
/// then; the output still grows, and some say one token when it begins.
fn at_least(sofar: Usage, least: Usage) -> Usage {
    let input = if sofar.input == 0 { least.input } else { sofar.input };
    Usage { input, output: sofar.output.max(least.output), ..sofar }
}

/// An end as a state, as a cause and in words. Only an answer that ended as the model meant it is complete.
fn ended(end: &End) -> (AttemptState, Cause, String) {
    match end {
        End::Complete { finish } => {
            let cause = match finish {
                FinishReason::Stop | FinishReason::ToolCalls => Cause::Complete,
                FinishReason::Length | FinishReason::ContentFilter | FinishReason::Other(_) => Cause::Truncated,
            };
            let word = match finish {
                FinishReason::Length => "ended at the longest length allowed".into(),
                other => format!("ended with {}", other.as_str()),
            };
            (AttemptState::Complete { finish: finish.clone() }, cause, word)
        }
        End::Failed(failure) => {
            (AttemptState::Failed { failure: failure.clone() }, Cause::Failed, failure.message.clone())
        }
        End::Cancelled => {
            (AttemptState::Cancelled, Cause::Cancelled, "cancelled; the connection upstream is closed".into())
        }
    }
}
