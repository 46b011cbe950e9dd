//! What is a matter of taste, each with its default and the reason for it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The deepest nesting that is read. It is `serde_json`'s own limit, so what is read here can be read everywhere.
pub const DEEPEST: usize = 127;

/// How an answer is read. [`Options::default`] is meant for answers of models, [`Options::document`] for text that is one
/// JSON document and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Options {
    /// What may stand around the value.
    pub around: Around,
    /// Which one is meant when several values fit equally well.
    pub several: Several,
    /// Which value a key has that is written twice.
    pub duplicates: Duplicates,
    /// What `{"a":}` means.
    pub missing: MissingValue,
    /// What becomes of a number that the end of the text cuts off, like `2.` or `12`.
    pub cut_number: CutNumber,
    /// What becomes of `NaN` and `Infinity` where no schema asks for text.
    pub non_finite: NonFinite,
    /// What a number with a leading zero is where no schema says it, like `007`.
    pub leading_zero: LeadingZero,
    /// What `50%` is.
    pub percent: Percent,
    /// What is done with a decimal where an integer is asked for.
    pub rounding: Rounding,
    /// What is done with what no rule mends.
    pub hopeless: Hopeless,
    /// Whether a cut answer is an error.
    pub truncated: Truncated,
    /// What the provider said about the end of the answer, as far as it is known.
    pub finish: Finish,
    /// The longest text that is looked at, in bytes.
    pub max_bytes: usize,
    /// The deepest nesting that is read; never more than [`DEEPEST`].
    pub max_depth: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            around: Around::default(),
            several: Several::default(),
            duplicates: Duplicates::default(),
            missing: MissingValue::default(),
            cut_number: CutNumber::default(),
            non_finite: NonFinite::default(),
            leading_zero: LeadingZero::default(),
            percent: Percent::default(),
            rounding: Rounding::default(),
            hopeless: Hopeless::default(),
            truncated: Truncated::default(),
            finish: Finish::default(),
            max_bytes: 64 << 20,
            max_depth: DEEPEST,
        }
    }
}

impl Options {
    /// For text that is one JSON document: nothing may stand around it but a fence, comments and a call, values that
    /// follow each other on one line are an error, and so is what no rule mends.
    pub fn document() -> Self {
        Self { around: Around::Nothing, hopeless: Hopeless::Refuse, ..Self::default() }
    }
}

/// What may stand around the value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Around {
    /// Prose, fences, tags, several blocks: models write them, whatever they are asked for.
    #[default]
    Anything,
    /// Nothing but a fence, comments and a call such as `callback(…)`.
    Nothing,
}

/// Which one is meant when several values fit equally well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// The last: who corrects himself does it afterwards.
    #[default]
    Last,
    /// The first.
    First,
    /// None: it is an error.
    Refuse,
}

/// Which value a key has that is written twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// The last, as nearly every JSON reader has it.
    #[default]
    Last,
    /// The first.
    First,
    /// None: it is an error.
    Refuse,
}

/// What a key without a value means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MissingValue {
    /// Null, unless a schema forbids it; then as if the key weren't there.
    #[default]
    Null,
    /// As if the key weren't there.
    Leave,
}

/// What becomes of a number that the end of the text cuts off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CutNumber {
    /// What there is of it; the log says that it was cut.
    #[default]
    Keep,
    /// As if it weren't there.
    Leave,
}

/// What becomes of `NaN` and `Infinity`, which JSON has no numbers for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NonFinite {
    /// Null, as JavaScript writes them.
    #[default]
    Null,
    /// Text.
    Text,
}

/// What a number with a leading zero is where no schema says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeadingZero {
    /// Text: it is more often a code than a number.
    #[default]
    Text,
    /// The number without its zeros.
    Number,
}

/// What a percentage is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Percent {
    /// A fraction (0.5 for 50 %) where the schema allows nothing above 1, points (50) everywhere else.
    #[default]
    BySchema,
    /// Always 50.
    Points,
    /// Always 0.5.
    Fraction,
}

/// What is done with a decimal where an integer is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Nothing: a rounded number is another number. `5.0` is an integer, though.
    #[default]
    Refuse,
    /// It becomes the nearest integer; halves go away from zero.
    Nearest,
}

/// What is done with what no rule mends, like a key without a value in the middle of an object, an escape that says no
/// character, or a control character in a string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Hopeless {
    /// As much as possible is kept, and the log says so.
    #[default]
    Mend,
    /// It is an error.
    Refuse,
}

/// Whether a cut answer is an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Truncated {
    /// No: it is what there is, marked as truncated.
    #[default]
    Report,
    /// Yes.
    Refuse,
}

/// What the provider said about the end of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// Nothing: the text has to tell.
    #[default]
    Unknown,
    /// The model stopped by itself.
    Stopped,
    /// The limit of tokens, or a broken line, cut it off: what touches the end of the text isn't whole.
    Cut,
}
