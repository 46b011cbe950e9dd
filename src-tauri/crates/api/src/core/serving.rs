//! What a program that serves other programs has to know.

use std::sync::Arc;

use signalbox_domain::Money;
use signalbox_gateway::{Settings, TokenCounter};

use super::Core;
use crate::Counts;

impl Core {
    /// The configuration that the next call will run under.
    pub fn settings(&self) -> Arc<Settings> {
        self.gateway.settings()
    }

    /// What counts the tokens of a model, by its identifier at its provider.
    pub fn token_counter(&self, model: &str) -> TokenCounter {
        TokenCounter::of(model, &self.gateway.ratios())
    }

    /// The figures of all calls that have ended since the start of this program.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// How many calls that were started here are under way, and how much money is held for them.
    pub fn under_way(&self) -> (usize, Money) {
        let running = self.running();
        let held = running.values().filter_map(|live| Some(live.call()?.held)).sum();
        (running.len(), held)
    }
}
