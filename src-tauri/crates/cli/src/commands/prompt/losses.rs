//! What an import or an export couldn't carry, in words.

use clap::ValueEnum;
use signalbox_domain::Signal;
use signalbox_prompts::{Format, Loss, LossKind};

use crate::output::Style;

/// A format as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Word {
    /// Prompty, Signalbox's own
    Prompty,
    /// Dotprompt, of Genkit and Firebase
    Dotprompt,
    /// A configuration of promptfoo
    Promptfoo,
    /// Prompts of Langfuse as JSON
    Langfuse,
    /// A .prompt.yml of GitHub Models
    Github,
    /// Samples of OpenAI evals as JSON lines
    Evals,
}

impl From<Word> for Format {
    fn from(word: Word) -> Self {
        match word {
            Word::Prompty => Self::Prompty,
            Word::Dotprompt => Self::Dotprompt,
            Word::Promptfoo => Self::Promptfoo,
            Word::Langfuse => Self::Langfuse,
            Word::Github => Self::Github,
            Word::Evals => Self::Evals,
        }
    }
}

/// A loss on one line: where, what became of what, and what to do.
pub(super) fn line(loss: &Loss, style: Style) -> String {
    let place = loss.line.map_or_else(|| loss.file.clone(), |line| format!("{}:{line}", loss.file));
    let signal = match loss.kind {
        LossKind::Refused => Signal::Stop,
        LossKind::LeftOut => Signal::Caution,
        LossKind::Changed => Signal::Plain,
    };
    let kind = style.signal(signal, loss.kind.as_str());
    format!("{place}: {kind}: {} ({}); {}", loss.what, loss.part, loss.advice)
}

/// How many there are, in words.
pub(super) fn counted(count: usize, what: &str, more: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {more}") }
}
