//! What was learned of models whose tokenizer isn't known.

use std::collections::HashMap;

use signalbox_domain::{Message, Tool};
use signalbox_store::{StoreError, TokenRatio, View};

use super::request::texts;

/// How many tokens each model makes of a character, by its identifier at the provider. It is learned by
/// [`signalbox_store::Tx::ratio_learn`] from [`Ratios::measure`] and the input tokens that the provider reported, those of
/// its cache included.
#[derive(Debug, Clone, Default)]
pub struct Ratios(HashMap<String, TokenRatio>);

impl Ratios {
    /// Reads back what was learned.
    pub fn read(view: &View<'_>) -> Result<Self, StoreError> {
        Ok(view.ratios()?.into_iter().collect())
    }

    /// The characters of a request as they are to be learned from; none where something in it isn't text, and the
    /// provider's count would say nothing of text.
    pub fn measure(messages: &[Message], tools: &[Tool], schema: Option<&serde_json::Value>) -> Option<u64> {
        let mut characters = 0;
        let only_text = texts(messages, tools, schema, |text| characters += text.chars().count() as u64);
        only_text.then_some(characters)
    }

    /// Tokens per character of a model, once enough requests were counted.
    pub(super) fn of(&self, model: &str) -> Option<f64> {
        self.0.get(model)?.settled()
    }
}

impl FromIterator<(String, TokenRatio)> for Ratios {
    fn from_iter<I: IntoIterator<Item = (String, TokenRatio)>>(ratios: I) -> Self {
        Self(ratios.into_iter().collect())
    }
}
