//! What the gateway knows of its providers at this moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::Signal;
use tokio::time::Instant;
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
        let cool_downs = self.board.cool_downs();
        let signals = settings.config.providers.iter().filter_map(|provider| {
            let crate::Health { signal, word, detail, at } = self.health.get(&provider.name, &cool_downs)?;
            Some(ProviderSignal { provider: provider.name.clone(), signal, word, detail, at })
        });
        GatewayState { signals: signals.collect(), alarm: self.bells.ringing(), cool_downs }
    }

    /// A number that grows whenever [`Gateway::state`] may have changed, but by time alone.
    pub fn watch_state(&self) -> tokio::sync::watch::Receiver<u64> {
        self.board.watch()
    }

    /// When time alone will change [`Gateway::state`]: a cool-down ends, or an alarm is past. None when it won't.
    pub fn state_lasts(&self) -> Option<Instant> {
        self.board.lasts().into_iter().chain(self.bells.lasts()).min()
    }
}
