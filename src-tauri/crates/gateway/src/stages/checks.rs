//! What happens to an answer before anybody may rely on it: guardrails, parsing, the judge, and the badge that says what
//! came of them.

use signalbox_domain::{Badge, Cause, Stage};

use crate::{
    pipeline::{Passage, Reserve},
    stages::attempts::Outcome,
};

pub(crate) async fn run(passage: &mut Passage, outcome: &Outcome) {
    if outcome.answer.is_empty() {
        passage.call.badge = Badge::Unverified { reason: "there is no answer".into() };
        return;
    }
    passage.recorder.decide(Stage::GuardOutput, Cause::NotConfigured, "this workspace has no guards").await;
    if passage.conversation.as_ref().is_none_or(|request| request.schema.is_none()) {
        passage.recorder.decide(Stage::Parse, Cause::NotConfigured, "the answer is kept as text").await;
    } else if passage.call.cache.is_some() {
        passage.recorder.decide(Stage::Parse, Cause::Ok, "it was read when the kept answer was made").await;
    }
    let reason = match &passage.purse.reserve {
        Reserve::Missing(reason) => format!("budget: {reason}"),
        _ if passage.call.simulated => "simulated answers are never judged".into(),
        Reserve::None | Reserve::Held(_) => "this route has no judge".into(),
    };
    match &passage.purse.reserve {
        Reserve::Missing(_) => passage.recorder.decide(Stage::Judge, Cause::Skipped, reason.clone()).await,
        Reserve::None | Reserve::Held(_) => {
            passage.recorder.decide(Stage::Judge, Cause::NotConfigured, "this route has no judge").await;
        }
    }
    passage.recorder.decide(Stage::Badge, Cause::Unverified, reason.clone()).await;
    passage.call.badge = Badge::Unverified { reason };
}
