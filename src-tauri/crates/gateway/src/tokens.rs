//! How long a request is, in tokens, before a provider says so.

mod memo;
mod ratios;
mod request;

use std::sync::LazyLock;

use tiktoken_rs::{
    CoreBPE,
    tokenizer::{Tokenizer, get_tokenizer},
};

pub use memo::CountMemo;
pub use ratios::Ratios;

/// Characters a token, where the model's tokenizer isn't known and nothing was learned yet. Western text has about four.
const CHARACTERS_PER_TOKEN: u64 = 4;
/// Learned ratios are kept as tokens per this many characters.
const RATIO_SCALE: f64 = 1_000_000.0;

/// How much is given to the tokenizer at once, in bytes.
const SLICE: usize = 16 * 1024;

static O200K: LazyLock<Option<CoreBPE>> = LazyLock::new(|| tiktoken_rs::o200k_base().ok());
static CL100K: LazyLock<Option<CoreBPE>> = LazyLock::new(|| tiktoken_rs::cl100k_base().ok());

/// A length in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The likely number.
    pub likely: u64,
    /// A number that it can't pass, for reserving money.
    pub at_most: u64,
    /// Whether the model's own tokenizer counted; otherwise it is an estimate.
    pub exact: bool,
}

/// Counts for one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenCounter {
    /// OpenAI's `o200k_base`.
    O200k,
    /// OpenAI's `cl100k_base`.
    Cl100k,
    /// A model whose tokenizer isn't known, but how many tokens its provider has counted.
    Learned {
        /// Tokens in a million characters.
        per_million: u32,
    },
    /// A model of which nothing is known.
    Unknown,
}

impl TokenCounter {
    /// The counter for a model by its identifier at the provider, and what was learned of it.
    pub fn of(model: &str, ratios: &Ratios) -> Self {
        match get_tokenizer(model.rsplit('/').next().unwrap_or(model)) {
            Some(Tokenizer::O200kBase | Tokenizer::O200kHarmony) => Self::O200k,
            Some(Tokenizer::Cl100kBase) => Self::Cl100k,
            _ => match ratios.of(model) {
                Some(ratio) => Self::Learned { per_million: (ratio * RATIO_SCALE).ceil() as u32 },
                None => Self::Unknown,
            },
        }
    }

    /// The length of one text.
    pub fn text(self, text: &str) -> Counted {
        if let Some(bpe) = self.tokenizer() {
            // In slices: the tokenizer's pattern gives up, by a panic, on a million blanks in a row. A word that is cut
            // counts as two, so the sum is never too low.
            let count = slices(text).map(|slice| bpe.encode_ordinary(slice).len() as u64).sum();
            return Counted { likely: count, at_most: count, exact: true };
        }
        // A token holds at least one byte, whatever the tokenizer.
        let at_most = text.len() as u64;
        let characters = text.chars().count() as u64;
        let likely = match self {
            Self::Learned { per_million } => {
                (u128::from(characters) * u128::from(per_million)).div_ceil(RATIO_SCALE as u128) as u64
            }
            _ => characters.div_ceil(CHARACTERS_PER_TOKEN),
        };
        Counted { likely: likely.min(at_most), at_most, exact: false }
    }

    fn tokenizer(self) -> Option<&'static CoreBPE> {
        match self {
            Self::O200k => O200K.as_ref(),
            Self::Cl100k => CL100K.as_ref(),
            Self::Learned { .. } | Self::Unknown => None,
        }
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
mod tests;
