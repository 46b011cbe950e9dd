//! The decisions of one call, on their way to the caller and to the database.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::{CallId, Cause, Clock, Decision, Stage};

use crate::{BudgetAlert, event::CallEvent, listener::Listener};

/// Numbers the decisions of a call, shows them to its caller, and keeps them until the end.
pub(crate) struct Recorder {
    call: CallId,
    clock: Arc<dyn Clock>,
    events: Listener,
    next: u32,
    attempt: Option<u32>,
    decisions: Vec<Decision>,
}

impl Recorder {
    pub(crate) fn new(call: CallId, clock: Arc<dyn Clock>, events: Listener) -> Self {
        Self { call, clock, events, next: 0, attempt: None, decisions: Vec::new() }
    }

    /// Says which attempt the following decisions are about.
    pub(crate) fn attempt(&mut self, number: Option<u32>) {
        self.attempt = number;
    }

    /// Records a choice without figures.
    pub(crate) async fn decide(&mut self, stage: Stage, cause: Cause, detail: impl Into<String>) {
        self.decide_with(stage, cause, detail, json!({})).await;
    }

    /// Records a choice.
    pub(crate) async fn decide_with(&mut self, stage: Stage, cause: Cause, detail: impl Into<String>, data: Value) {
        let decision = Decision {
            call: self.call,
            seq: self.next,
            at: self.clock.now(),
            stage,
            cause,
            signal: cause.signal(),
            attempt: self.attempt,
            detail: detail.into(),
            data,
        };
        self.next += 1;
        self.decisions.push(decision.clone());
        // The record goes on, whether anybody listens or not.
        self.events.tell(CallEvent::Decided(decision)).await;
    }

    /// What a decision that is made elsewhere, inside a transaction, is numbered from.
    pub(crate) fn blank(&self) -> Blank {
        Blank { call: self.call, next: self.next, at: self.clock.now() }
    }

    /// Takes decisions that were made and stored elsewhere, numbered from [`Recorder::blank`].
    pub(crate) async fn adopt(&mut self, decisions: Vec<Decision>) {
        for decision in decisions {
            self.next = decision.seq + 1;
            self.decisions.push(decision.clone());
            self.events.tell(CallEvent::Decided(decision)).await;
        }
    }

    /// Every decision so far, for whoever stores them: storing one twice does nothing, and losing one can't be made good.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        self.decisions.clone()
    }
}

/// From what the next decisions of a call are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blank {
    call: CallId,
    next: u32,
    at: Timestamp,
}

impl Blank {
    /// The decision that says of each alert that a threshold was passed.
    pub(crate) fn warned(self, alerts: &[BudgetAlert]) -> Vec<Decision> {
        let decision = |(seq, alert): (u32, &BudgetAlert)| Decision {
            call: self.call,
            seq,
            at: self.at,
            stage: Stage::Admit,
            cause: Cause::Warned,
            signal: Cause::Warned.signal(),
            attempt: None,
            detail: alert.text.clone(),
            data: json!(alert),
        };
        (self.next..).zip(alerts).map(decision).collect()
    }
}
