//! Calls for tests.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::Timestamp;
use signalbox_domain::{
    Attempt, AttemptReason, AttemptState, Badge, Call, CallId, CallStatus, ContentHash, Failure, FinishReason, Message,
    MessageRole, Money, Origin, Role, Served, Settlement, SettlementKind, Target, Tier,
};
use uuid::Uuid;

use crate::{IndexedText, Owner, StoredCall, searchable};

/// A finished call with its texts.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) stored: StoredCall,
    pub(crate) request: Vec<u8>,
    pub(crate) answer: Vec<u8>,
    pub(crate) message: String,
}

/// The workspace of those calls.
pub(crate) const HERE: &str = "/somewhere";

/// A call of `model` at a moment that was asked `message` and said `answer`.
pub(crate) fn told(millis: i64, entropy: u8, model: &str, message: &str, answer: &str) -> Told {
    let started_at = Timestamp::from_millisecond(millis).unwrap();
    let messages = vec![Message::text(MessageRole::User, message)];
    let request = serde_json::to_vec(&serde_json::json!({ "messages": messages, "values": {} })).unwrap();
    let (request_hash, answer_hash) = (ContentHash::of(&request), ContentHash::of(answer.as_bytes()));
    let call = Call {
        id: CallId::new(started_at, [entropy; 10]),
        role: Role::Generate,
        status: CallStatus::Done,
        prompt: None,
        target: Target::Model(model.into()),
        served: Some(Served {
            provider: format!("{model}-provider"),
            model: model.into(),
            reported: None,
            protocol: None,
            tier: Tier::Simple,
        }),
        simulated: true,
        origin: Origin::App,
        caller: signalbox_domain::Caller::default(),
        degraded: false,
        degraded_reason: None,
        cache: None,
        started_at,
        first_token_ms: Some(1),
        total_ms: Some(10),
        usage: None,
        held: Money::ZERO,
        settlement: Some(Settlement::new(Money::from_nanos(5), SettlementKind::Exact)),
        badge: Badge::Unverified { reason: "nobody looked".into() },
        finish: Some(FinishReason::Stop),
        failure: None,
        attempts: vec![attempt(1, model, request_hash, started_at, None)],
        reply_hash: None,
        answer_hash: Some(answer_hash),
        config_hash: ContentHash::of(b"configuration"),
    };
    let stored = StoredCall {
        call,
        owner: Owner(Uuid::nil()),
        workspace: HERE.into(),
        request: Some(request_hash),
        answer: Some(answer_hash),
    };
    Told { stored, request, answer: answer.as_bytes().to_vec(), message: message.to_owned() }
}

pub(crate) fn attempt(
    number: u32,
    model: &str,
    request_hash: ContentHash,
    started_at: Timestamp,
    failure: Option<Failure>,
) -> Attempt {
    Attempt {
        number,
        provider: format!("{model}-provider"),
        model: model.into(),
        reason: AttemptReason::First,
        key: None,
        waited_ms: 0,
        started_at,
        first_token_ms: None,
        total_ms: Some(10),
        request_hash,
        raw_hash: None,
        usage: None,
        cost: None,
        state: failure
            .map_or(AttemptState::Complete { finish: FinishReason::Stop }, |failure| AttemptState::Failed { failure }),
    }
}

impl Told {
    pub(crate) fn id(&self) -> CallId {
        self.stored.call.id
    }

    /// Stores it as the gateway does.
    pub(crate) fn put(&self, tx: &crate::Tx<'_>) -> Result<(), crate::StoreError> {
        tx.body_put(&self.request)?;
        tx.body_put(&self.answer)?;
        tx.call_put(&self.stored)?;
        tx.call_index(
            self.id(),
            &IndexedText {
                messages: searchable(&[Message::text(MessageRole::User, self.message.clone())]),
                answer: String::from_utf8(self.answer.clone()).unwrap(),
                ..crate::tables::texts::record_text(&self.stored)
            },
        )
    }
}
