//! The log: what was done to an answer, where, and what it costs in trust.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Repair {
    /// Where in the value, as a JSON pointer; empty for the whole.
    pub path: String,
    /// What was done.
    pub what: What,
    /// How much it takes from the trust in the value: 1 is nothing to speak of, 100 is a guess.
    pub cost: u32,
}

/// Where a value was found in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// It is the whole text.
    Whole,
    /// In a block between fences.
    Fence,
    /// In an element like `<answer>`.
    Tag,
    /// In the middle of prose.
    Prose,
    /// Several values after each other, read as one list.
    Lines,
    /// The elements themselves, read as fields.
    Elements,
    /// Lines like `name: value`, read as fields.
    Fields,
    /// The words of the answer, where the schema asks for one text, number or choice.
    Words,
    /// In what the model thought before it answered.
    Thought,
}

/// How a number was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NumberForm {
    /// Digits as text.
    Plain,
    /// `12,111`.
    Thousands,
    /// `1.234,56` or `1,5`.
    DecimalComma,
    /// `5 kg`.
    Unit,
    /// `$5`.
    Currency,
    /// `50%`.
    Percent,
    /// `1/2`.
    Fraction,
    /// `twelve`.
    Words,
    /// `1.5k`, `3 million`.
    Scale,
    /// `about 5`.
    About,
    /// `1st`.
    Ordinal,
    /// `0x1f`.
    Radix,
    /// A decimal that became the nearest integer.
    Rounded,
}

/// What was done. The names are the same in every release.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The value was taken out of what stands around it.
    Found { source: Source },
    /// Several values fit, and one of them was taken.
    Chose { among: usize },
    /// Several values after each other were made one list.
    Joined { count: usize },
    /// A comment was left out.
    RemovedComment,
    /// White space that JSON doesn't know was read as a blank.
    ChangedSpace,
    /// Words without quotes became text.
    AddedQuotes,
    /// Other quotes became double quotes.
    ChangedQuotes,
    /// A string without an end was closed where it must have ended.
    ClosedText,
    /// Quotes inside a string were escaped.
    EscapedQuote,
    /// A control character inside a string was escaped.
    EscapedControl,
    /// An escape that JSON doesn't know was read as what it means.
    FixedEscape,
    /// The text was escaped once too often.
    RemovedEscapes,
    /// A comma was added.
    AddedComma,
    /// A comma too many was left out.
    RemovedComma,
    /// A colon was added.
    AddedColon,
    /// A bracket that is missing in the middle was added.
    AddedBracket,
    /// A bracket too many was left out.
    RemovedBracket,
    /// An ellipsis, which stands for something unknown, was left out.
    RemovedEllipsis,
    /// A call around a value was left out, like `ObjectId(…)`.
    RemovedCall { name: String },
    /// What no rule mends was left out.
    RemovedText { text: String },
    /// A literal of another language was read, like `True`.
    ReadLiteral { from: String },
    /// A number in a form that JSON doesn't have was read, like `.5`.
    FixedNumber { from: String },
    /// A number that JSON doesn't have became null.
    NonFinite { from: String },
    /// Pieces of a string were joined, like `"a" + "b"`.
    ConcatenatedText,
    /// A key had no value.
    MissingValue,
    /// A key was written more than once; one of its values counts.
    DuplicateKey { key: String },
    /// The text ends inside this object or list.
    CutContainer,
    /// The text ends inside this string.
    CutText,
    /// The text ends inside this number or word, or right after it.
    CutWord,
    /// A number was read from text.
    NumberFromText { from: String, form: NumberForm },
    /// A truth value was read from text or from a number.
    BooleanFromText { from: String },
    /// Text that says that there is nothing became null.
    NullFromText { from: String },
    /// A number or a truth value became text.
    TextFromScalar,
    /// One of the allowed values, written in another case or with other punctuation.
    ChoiceFolded { from: String },
    /// One of the allowed values, found inside the text.
    ChoiceContained { from: String },
    /// The nearest of the allowed values.
    ChoiceNearest { from: String },
    /// A value became a list of one.
    WrappedInList,
    /// A list of one became its value.
    TakenFromList,
    /// A text became a list at its commas or lines.
    SplitText,
    /// An object became a list.
    ListFromObject,
    /// A list of pairs became an object.
    ObjectFromPairs,
    /// A wrapper around the value was left out.
    Unwrapped { key: String },
    /// A value became an object with the one key that it can only be.
    Wrapped { key: String },
    /// JSON inside a string was read.
    ParsedText,
    /// A key was written in another case or with other separators.
    RenamedKey { from: String },
    /// The nearest of the known keys.
    NearestKey { from: String },
    /// Null where the field may be absent: it is absent.
    RemovedNull { key: String },
    /// A key that the schema forbids was left out.
    RemovedKey { key: String },
    /// An absent field got the default of the schema.
    FilledDefault,
    /// An absent field that must be there and may be null is null.
    FilledNull,
    /// An absent value got the only value that the schema allows.
    FilledConstant,
}

impl What {
    /// What it costs. The numbers are relative: a rename is nothing beside a guess.
    pub fn cost(&self) -> u32 {
        match self {
            Self::Found { source } => source.cost(),
            Self::RemovedComment
            | Self::ChangedSpace
            | Self::ChangedQuotes
            | Self::EscapedControl
            | Self::RemovedComma
            | Self::ReadLiteral { .. }
            | Self::FilledConstant => 1,
            Self::AddedQuotes
            | Self::FixedEscape
            | Self::AddedComma
            | Self::RemovedEscapes
            | Self::FixedNumber { .. } => 2,
            Self::AddedColon
            | Self::EscapedQuote
            | Self::RemovedCall { .. }
            | Self::ConcatenatedText
            | Self::RemovedBracket
            | Self::RenamedKey { .. }
            | Self::ChoiceFolded { .. }
            | Self::RemovedNull { .. } => 3,
            Self::BooleanFromText { .. } | Self::TextFromScalar | Self::WrappedInList | Self::Joined { .. } => 4,
            Self::Unwrapped { .. } | Self::ParsedText | Self::AddedBracket => 5,
            Self::NullFromText { .. } | Self::TakenFromList => 6,
            Self::ClosedText | Self::RemovedEllipsis | Self::RemovedKey { .. } | Self::FilledNull => 8,
            Self::DuplicateKey { .. }
            | Self::FilledDefault
            | Self::NearestKey { .. }
            | Self::ListFromObject
            | Self::CutContainer => 10,
            Self::ChoiceContained { .. }
            | Self::ChoiceNearest { .. }
            | Self::SplitText
            | Self::ObjectFromPairs
            | Self::Chose { .. } => 12,
            Self::NonFinite { .. } | Self::MissingValue | Self::RemovedText { .. } => 15,
            Self::CutText | Self::CutWord => 20,
            Self::Wrapped { .. } => 40,
            Self::NumberFromText { form, .. } => form.cost(),
        }
    }

    /// Whether it says that the text ended too early.
    pub fn is_cut(&self) -> bool {
        matches!(self, Self::CutContainer | Self::CutText | Self::CutWord)
    }
}

impl Source {
    fn cost(self) -> u32 {
        match self {
            Self::Whole => 0,
            Self::Fence => 1,
            Self::Tag => 2,
            Self::Prose | Self::Lines => 4,
            Self::Elements => 8,
            Self::Fields => 12,
            Self::Words => 15,
            Self::Thought => 60,
        }
    }
}

impl NumberForm {
    fn cost(self) -> u32 {
        match self {
            Self::Plain => 3,
            Self::Thousands => 4,
            Self::Fraction | Self::Words | Self::Scale | Self::Currency | Self::Ordinal | Self::Radix => 6,
            Self::Unit | Self::Percent => 8,
            Self::About => 10,
            Self::DecimalComma => 12,
            Self::Rounded => 30,
        }
    }
}

/// How much a value can be trusted after what was done to it, from 0 to 1. The first repair of a kind counts in full, each
/// further one a tenth: a hundred keys without quotes are one habit, not a hundred doubts.
pub(crate) fn confidence(repairs: &[Repair]) -> f64 {
    let mut kinds: Vec<(std::mem::Discriminant<What>, u32, u32)> = Vec::new();
    for repair in repairs {
        let kind = std::mem::discriminant(&repair.what);
        match kinds.iter_mut().find(|known| known.0 == kind) {
            Some(known) => {
                known.1 = known.1.max(repair.cost);
                known.2 = known.2.saturating_add(repair.cost);
            }
            None => kinds.push((kind, repair.cost, repair.cost)),
        }
    }
    let doubt: f64 = kinds.iter().map(|&(_, dearest, sum)| f64::from(dearest) + f64::from(sum - dearest) / 10.0).sum();
    100.0 / (100.0 + doubt)
}
