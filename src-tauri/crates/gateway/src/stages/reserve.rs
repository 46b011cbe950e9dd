//! What a judge may need, reserved with the call so that generation can't starve verification.

use signalbox_domain::{Amounts, Role};
use signalbox_workspace::config::Route;

use crate::{
    StoredRequest,
    stages::route::{Candidate, Terms, candidate},
};

/// How long a rubric and the frame around a question and its answer may be, in tokens.
const RUBRIC: u64 = 4_096;
/// The longest verdict, in tokens.
const VERDICT: u32 = 1_024;
/// An answer may be so many times longer in the tokens of its judge than in those of its writer.
const OTHER_TOKENS: u64 = 2;

/// What the judge of a route may need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum JudgeNeeds {
    /// The route has no judge.
    #[default]
    Nothing,
    /// At most so much: the dearest judge once.
    AtMost(Amounts),
    /// Nobody knows, and why.
    Unknown(String),
}

/// What the judge of a route may need for the longest answer of these candidates. A judge is never degraded, so this is
/// what it is before a budget makes the plan cheaper.
pub(crate) fn needs(
    settings: &crate::Settings,
    route: &Route,
    request: &StoredRequest,
    candidates: &[Candidate],
    terms: &Terms<'_>,
) -> JudgeNeeds {
    let Some(judge) = &route.judge else { return JudgeNeeds::Nothing };
    let answer = candidates.iter().map(|candidate| candidate.max_output).max().unwrap_or_default();
    let terms = Terms { role: Role::Judge, max_output: VERDICT, clamp: Some(VERDICT), ..*terms };
    let (mut most, mut unusable) = (None, None);
    for name in &judge.models {
        match candidate(settings, name, request, &terms) {
            Ok(judge) => {
                let input =
                    judge.input.at_most.saturating_add(answer.saturating_mul(OTHER_TOKENS)).saturating_add(RUBRIC);
                let one = crate::stages::route::worst_case(&judge.price, input, judge.max_output);
                let sofar: Amounts = most.unwrap_or_default();
                most = Some(Amounts {
                    money: sofar.money.max(one.money),
                    tokens: sofar.tokens.max(one.tokens),
                    requests: 0,
                });
            }
            Err(failure) => unusable = Some(failure.message),
        }
    }
    match (most, unusable) {
        (Some(most), _) => JudgeNeeds::AtMost(most),
        (None, reason) => JudgeNeeds::Unknown(reason.unwrap_or_else(|| "the route names no judge".into())),
    }
}
