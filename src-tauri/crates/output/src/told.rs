//! What was done to an answer, in words for a person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    dialect::{Loss, LossKind},
    repair::{NumberForm, Repair, Source, What},
};

/// One thing that was done to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerRepair {
    /// Where in the value, as a JSON pointer; empty for the whole.
    pub path: String,
    /// What was done, by its name, which is the same in every release.
    pub what: String,
    /// How much it takes from the trust in the value: 1 is nothing to speak of, 100 is a guess.
    pub cost: u32,
    /// What was done, in words.
    pub note: String,
}

impl Repair {
    /// The repair as people and programs are told of it.
    pub fn told(&self) -> AnswerRepair {
        AnswerRepair { path: self.path.clone(), what: self.what.name(), cost: self.cost, note: self.note() }
    }

    /// What was done, as a short phrase that begins with a small letter.
    pub fn note(&self) -> String {
        self.what.note()
    }
}

impl What {
    /// The name of the kind, the same in every release.
    pub fn name(&self) -> String {
        let told = serde_json::to_value(self).ok();
        told.as_ref().and_then(|told| told.get("kind")?.as_str()).unwrap_or_default().to_owned()
    }

    /// What was done, as a short phrase that begins with a small letter.
    pub fn note(&self) -> String {
        let words = match self {
            Self::Found { source } => return format!("found {}", source.place()),
            Self::Chose { among } => return format!("chose one of {among} values that fit equally well"),
            Self::Joined { count } => return format!("made {count} values one list"),
            Self::RemovedCall { name } => return format!("left out the call {name}(…) around it"),
            Self::RemovedText { text } => return format!("left out {}", quoted(text)),
            Self::ReadLiteral { from } | Self::FixedNumber { from } | Self::ChoiceFolded { from } => {
                return read_from(from);
            }
            Self::NonFinite { from } => return format!("{from} isn’t JSON, so null"),
            Self::DuplicateKey { key } => return format!("the key {} was written more than once", quoted(key)),
            Self::NumberFromText { from, form } => return format!("{}, {}", read_from(from), form.words()),
            Self::BooleanFromText { from } => return format!("{}, a word for yes or no", read_from(from)),
            Self::NullFromText { from } => return format!("{}, which says that there is nothing", read_from(from)),
            Self::ChoiceContained { from } => return format!("found in {}", quoted(from)),
            Self::ChoiceNearest { from } => return format!("the nearest choice to {}", quoted(from)),
            Self::Unwrapped { key } => return format!("taken out of {} around it", quoted(key)),
            Self::Wrapped { key } => return format!("put under {}, the one key that it can be", quoted(key)),
            Self::RenamedKey { from } => return format!("the key was written {}", quoted(from)),
            Self::NearestKey { from } => return format!("the nearest key to {}", quoted(from)),
            Self::RemovedNull { key } => return format!("{} was null and may be absent, so left out", quoted(key)),
            Self::RemovedKey { key } => return format!("left out {}, which the schema forbids", quoted(key)),
            Self::RemovedComment => "left out a comment",
            Self::ChangedSpace => "read white space that JSON doesn’t know",
            Self::AddedQuotes => "added quotes",
            Self::ChangedQuotes => "changed other quotes to double ones",
            Self::ClosedText => "closed a text that had no end",
            Self::EscapedQuote => "escaped quotes inside a text",
            Self::EscapedControl => "escaped a line break or another control character",
            Self::FixedEscape => "read an escape that JSON doesn’t know",
            Self::RemovedEscapes => "it was escaped once too often",
            Self::AddedComma => "added a comma",
            Self::RemovedComma => "left out a comma",
            Self::AddedColon => "added a colon",
            Self::AddedBracket => "added a bracket",
            Self::RemovedBracket => "left out a bracket",
            Self::RemovedEllipsis => "left out an ellipsis",
            Self::ConcatenatedText => "joined the pieces of a text",
            Self::MissingValue => "the key had no value",
            Self::CutContainer => "the answer ends inside it",
            Self::CutText => "the answer ends inside this text",
            Self::CutWord => "the answer ends inside or right after it",
            Self::TextFromScalar => "a number or truth value became text",
            Self::WrappedInList => "one value became a list",
            Self::TakenFromList => "a list of one became its value",
            Self::SplitText => "split at commas or lines",
            Self::ListFromObject => "an object became a list",
            Self::ObjectFromPairs => "a list of pairs became an object",
            Self::ParsedText => "read the JSON inside a text",
            Self::FilledDefault => "was absent, so the schema’s default",
            Self::FilledNull => "was absent and may be null, so null",
            Self::FilledConstant => "was absent, so the only value that is allowed",
        };
        words.to_owned()
    }
}

impl Source {
    /// The name, the same in every release.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Fence => "fence",
            Self::Tag => "tag",
            Self::Prose => "prose",
            Self::Lines => "lines",
            Self::Elements => "elements",
            Self::Fields => "fields",
            Self::Words => "words",
            Self::Thought => "thought",
        }
    }

    fn place(self) -> &'static str {
        match self {
            Self::Whole => "as the whole answer",
            Self::Fence => "between fences",
            Self::Tag => "in a tag",
            Self::Prose => "in prose",
            Self::Lines => "as several values after each other",
            Self::Elements => "as elements, read as fields",
            Self::Fields => "as lines of name and value",
            Self::Words => "in the words of the answer",
            Self::Thought => "in what the model thought before it answered",
        }
    }
}

impl NumberForm {
    fn words(self) -> &'static str {
        match self {
            Self::Plain => "digits as text",
            Self::Thousands => "with separated thousands",
            Self::DecimalComma => "with a decimal comma",
            Self::Unit => "with a unit",
            Self::Currency => "with a currency",
            Self::Percent => "a percentage",
            Self::Fraction => "a fraction",
            Self::Words => "a number in words",
            Self::Scale => "a number with its scale",
            Self::About => "an approximate number",
            Self::Ordinal => "an ordinal number",
            Self::Radix => "a number in another base",
            Self::Rounded => "rounded",
        }
    }
}

impl Loss {
    /// What becomes of it at the provider, as a short phrase.
    pub fn note(&self) -> &'static str {
        match (self.what, self.keyword.as_str()) {
            (LossKind::Dropped, _) => "isn’t sent; the answer is checked for it afterwards",
            (LossKind::Weakened, _) => "a weaker form is sent; the answer is checked for it afterwards",
            (LossKind::Narrowed, _) => "can’t be said in full, so the schema is sent as it is, with less of a promise",
            (LossKind::Changed, "type") => "sent in another form, and the answer is put back",
            (LossKind::Changed, "properties") => "a key is sent under another name, and the answer is put back",
            (LossKind::Changed, _) => "sent as a list of pairs, and the answer is put back",
            (LossKind::Unrolled, _) => "contains itself, and is sent a few levels deep only",
        }
    }
}

fn read_from(from: &str) -> String {
    format!("read from {}", quoted(from))
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_words_and_has_a_name() {
        for (what, name, note) in [
            (What::Found { source: Source::Fence }, "found", "found between fences"),
            (What::ChoiceFolded { from: "High".into() }, "choice_folded", "read from “High”"),
            (
                What::NumberFromText { from: "12,111".into(), form: NumberForm::Thousands },
                "number_from_text",
                "read from “12,111”, with separated thousands",
            ),
            (What::CutText, "cut_text", "the answer ends inside this text"),
        ] {
            assert_eq!((what.name().as_str(), what.note().as_str()), (name, note));
        }
    }
}
