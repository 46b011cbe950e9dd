//! What happens, as it happens.

use serde::{Deserialize, Serialize};
use signalbox_domain::{Call, CallId, Decision};
use signalbox_gateway::{BudgetAlert, GatewayState};
use signalbox_secrets::KeychainState;
use ts_rs::TS;

use super::{BudgetRow, EndpointState, ProviderRow};

/// Asks for events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Subscribe {
    /// The number of the last frame that was seen; 0 for "from now on".
    #[ts(type = "number")]
    pub after: u64,
}

/// Some events together. Frames come at most every 25 ms, and their numbers have no gap unless `reset` says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Frame {
    /// The frame's number, from 1.
    #[ts(type = "number")]
    pub seq: u64,
    /// Whether events are missing before this frame, so that everything shown must be read again.
    pub reset: bool,
    /// The events, in order.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A call began, or something about it changed.
    Call {
        /// The call as it is now.
        call: Box<Call>,
    },
    /// A piece of an answer.
    Delta {
        /// The call.
        call: CallId,
        /// Where the piece belongs, in UTF-16 code units from the answer's beginning.
        #[ts(type = "number")]
        start: u64,
        /// The piece.
        text: String,
    },
    /// A piece of what a model writes and that isn't an answer yet, because it must follow a schema. The first piece of the
    /// answer ends it, and so does the first piece of another attempt.
    Writing {
        /// The call.
        call: CallId,
        /// The attempt, from 1.
        attempt: u32,
        /// Where the piece belongs, in UTF-16 code units from the beginning of what the attempt wrote.
        #[ts(type = "number")]
        start: u64,
        /// The piece.
        text: String,
    },
    /// A choice was made.
    Decision {
        /// The choice.
        decision: Decision,
    },
    /// Prompts changed in the workspace's folder, by this application or another.
    Prompts {
        /// Their names, or those of the folders that hold them; none when any of them may have changed.
        names: Vec<String>,
    },
    /// A draft was stored or removed.
    Draft {
        /// The prompt.
        name: String,
    },
    /// `signalbox.toml` changed.
    Config {},
    /// The use of the budgets changed.
    Budgets {
        /// All of them.
        budgets: Vec<BudgetRow>,
    },
    /// An account has passed a threshold of a budget. Told once a period.
    BudgetAlert {
        /// Which, and how it stands.
        alert: BudgetAlert,
    },
    /// How a provider does changed.
    Provider {
        /// The provider.
        provider: ProviderRow,
    },
    /// What the gateway knows of its providers changed.
    Gateway {
        /// All of it.
        state: GatewayState,
    },
    /// The keychain's state changed.
    Keychain {
        /// Its state.
        state: KeychainState,
    },
    /// The local endpoint was switched, or can't listen.
    Endpoint {
        /// How it stands.
        state: EndpointState,
    },
    /// The app tokens changed, by this application or another, or one was used.
    Tokens {},
}
