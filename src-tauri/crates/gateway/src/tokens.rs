//! How long a conversation is, in tokens, before a provider says so.

use std::sync::LazyLock;

use signalbox_domain::Message;
use tiktoken_rs::CoreBPE;

/// What a provider's template may add to each message, in tokens.
const PER_MESSAGE: u64 = 8;
/// The same for the conversation as a whole: some templates put a system text of their own in front.
const PER_CONVERSATION: u64 = 256;
/// Characters a token, where the model's tokenizer isn't known. Western text has about four; a few less is the usual
/// way to be wrong on the safe side.
const CHARACTERS_PER_TOKEN: u64 = 4;

/// How much is given to the tokenizer at once, in bytes.
const SLICE: usize = 16 * 1024;

static O200K: LazyLock<Option<CoreBPE>> = LazyLock::new(|| tiktoken_rs::o200k_base().ok());

/// A conversation's length in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The likely number.
    pub likely: u64,
    /// A number that it can't pass, for reserving money.
    pub at_most: u64,
    /// Whether the model's own tokenizer counted.
    pub exact: bool,
}

/// Counts for one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenCounter {
    /// OpenAI's `o200k_base`.
    O200k,
    /// A model whose tokenizer isn't known.
    Unknown,
}

impl TokenCounter {
    /// The counter for a model by its identifier at the provider.
    pub fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let known = ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "chatgpt-4o", "o1", "o3", "o4"];
        if known.iter().any(|prefix| name.starts_with(prefix)) { Self::O200k } else { Self::Unknown }
    }

    /// The length of one text.
    pub fn text(self, text: &str) -> Counted {
        if let (Self::O200k, Some(bpe)) = (self, &*O200K) {
            // In slices: the tokenizer's pattern gives up, by a panic, on a million blanks in a row. A word that is cut
            // counts as two, so the sum is never too low.
            let count = slices(text).map(|slice| bpe.encode_ordinary(slice).len() as u64).sum();
            return Counted { likely: count, at_most: count, exact: true };
        }
        // A token holds at least one byte, whatever the tokenizer.
        let at_most = text.len() as u64;
        Counted { likely: (text.chars().count() as u64).div_ceil(CHARACTERS_PER_TOKEN), at_most, exact: false }
    }

    /// The length of a conversation with all that a provider's template adds.
    pub fn conversation(self, messages: &[Message]) -> Counted {
        let mut sum = Counted { likely: 0, at_most: 0, exact: self == Self::O200k };
        for message in messages {
            let text = self.text(&message.content.text());
            sum.likely += text.likely + PER_MESSAGE / 2;
            sum.at_most += text.at_most + PER_MESSAGE;
            sum.exact &= text.exact;
        }
        sum.at_most += PER_CONVERSATION;
        sum
    }
}

/// A text in pieces of at most [`SLICE`] bytes.
fn slices(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (slice, after) = rest.split_at(rest.floor_char_boundary(SLICE));
        rest = after;
        (!slice.is_empty()).then_some(slice)
    })
}

#[cfg(test)]
mod tests {
    use signalbox_domain::MessageRole;

    use super::*;

    #[test]
    fn a_known_model_is_counted_with_its_tokenizer() {
        let counted = TokenCounter::of("openai/gpt-5-mini").text("Signalbox counts tokens.");
        assert!(counted.exact && counted.likely == counted.at_most && (4..8).contains(&counted.likely), "{counted:?}");
    }

    #[test]
    fn a_million_blanks_are_counted() {
        let counted = TokenCounter::O200k.text(&format!("{}x", " ".repeat(1_000_001)));
        assert!(counted.exact && counted.likely > 1_000, "{counted:?}");
    }

    #[test]
    fn the_upper_bound_is_never_below_the_likely_number() {
        for text in ["", "a", "日本語のテキスト", "🚂🚂🚂", &"word ".repeat(1_000)] {
            for model in ["gpt-5", "smollm2"] {
                let counter = TokenCounter::of(model);
                let counted = counter.conversation(&[Message::text(MessageRole::User, text)]);
                assert!(counted.likely <= counted.at_most, "{model} {text:.20}: {counted:?}");
            }
        }
    }
}
