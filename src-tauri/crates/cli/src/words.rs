//! Arguments that are one of some words.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Reads one of the words that the rest of Signalbox uses, and says what they are when it is none of them.
pub(crate) fn one_of<T>(all: &'static [T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(|&one| word(one)))
        .try_map(move |text| all.iter().copied().find(|&one| word(one) == text).ok_or("it is none of these"))
}
