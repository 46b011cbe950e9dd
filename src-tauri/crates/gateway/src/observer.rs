//! Whoever wants to know of every call that has ended.

use std::collections::BTreeMap;

use signalbox_domain::{Call, Decision, ProviderKind};

use crate::StoredRequest;

/// A call that has ended, with everything that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// The call.
    pub call: &'a Call,
    /// Its decisions, in order.
    pub decisions: &'a [Decision],
    /// The conversation that was sent; none when the call ended before there was one.
    pub request: Option<&'a StoredRequest>,
    /// What kind each provider of the call is, by its name.
    pub kinds: &'a BTreeMap<String, ProviderKind>,
    /// The text of the answer.
    pub answer: &'a str,
}

/// Is told of every call that has ended and is stored. It must return at once: the call's caller waits for it.
pub trait Observer: Send + Sync {
    /// A call has ended.
    fn ended(&self, ended: Ended<'_>);
}
