//! What the gateway knows of its providers at this moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::Signal;
use ts_rs::TS;

use crate::{Alarm, CoolDown, Gateway};

/// How providers do, what cools down, and whether the alarm rings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GatewayState {
    /// How each provider of the configuration does, as far as calls have shown.
    pub signals: Vec<ProviderSignal>,
    /// What isn't tried for a while.
    pub cool_downs: Vec<CoolDown>,
    /// What fails together.
    pub alarm: Option<Alarm>,
}

/// How a provider does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderSignal {
    /// The provider.
    pub provider: String,
    /// How it does.
    pub signal: Signal,
    /// The same in a word.
    pub word: String,
    /// The last failure, in words.
    pub detail: Option<String>,
    /// When that was.
    #[ts(type = "string")]
    pub at: Timestamp,
}

impl Gateway {
    /// What is known at this moment.
    pub fn state(&self) -> GatewayState {
        let settings = self.settings();
        let signals = settings.config.providers.iter().filter_map(|provider| {
            let health = self.health(&provider.name)?;
            let crate::Health { signal, word, detail, at } = health;
            Some(ProviderSignal { provider: provider.name.clone(), signal, word, detail, at })
        });
        GatewayState {
            signals: signals.collect(),
            cool_downs: self.board.cool_downs(),
            alarm: self.bell.ringing(),
        }
    }

    /// A number that grows whenever [`Gateway::state`] may have changed.
    pub fn watch_state(&self) -> tokio::sync::watch::Receiver<u64> {
        self.board.watch()
    }
}
