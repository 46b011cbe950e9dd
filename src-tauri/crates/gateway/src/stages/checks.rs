//! What happens to an answer before anybody may rely on it: guardrails, parsing, the judge, and the badge that says what
//! came of them.

use signalbox_domain::{Badge, Cause, Stage};

use crate::{pipeline::Passage, stages::attempts::Outcome};

pub(crate) async fn run(passage: &mut Passage, outcome: &Outcome) {
    if outcome.answer.is_empty() {
        passage.call.badge = Badge::Unverified { reason: "there is no answer".into() };
        return;
    }
    passage.recorder.decide(Stage::GuardOutput, Cause::NotConfigured, "this workspace has no guards").await;
    passage.recorder.decide(Stage::Parse, Cause::NotConfigured, "the answer is kept as text").await;
    passage.recorder.decide(Stage::Judge, Cause::NotConfigured, "this route has no judge").await;
    let reason = if passage.call.simulated { "simulated answers are never judged" } else { "this route has no judge" };
    passage.call.badge = Badge::Unverified { reason: reason.into() };
    passage.recorder.decide(Stage::Badge, Cause::Unverified, reason).await;
}
