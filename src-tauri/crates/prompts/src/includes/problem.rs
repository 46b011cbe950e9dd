//! Why a prompt can't be included.

use std::ops::Range;

use super::Target;
use crate::{
    diagnostic::{Diagnostic, Part, Severity},
    name::PromptName,
    position::Positions,
};

/// Why a prompt can't be included, in a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncludeProblem {
    /// The statement isn't of the one form that can be settled before it is run.
    #[error("an include names one prompt in quotes, such as {{% include \"shared/tone@production\" %}}; {found}")]
    Form {
        /// What is wrong with it.
        found: String,
    },
    /// There is no such prompt or version, or it can't be used.
    #[error("{target} can't be included: {reason}")]
    Unusable {
        /// What was asked for.
        target: String,
        /// Why not.
        reason: String,
    },
    /// The version's file was written by hand, so nothing was settled.
    #[error(
        "{target} isn't frozen in the front matter, since the file was not saved by Signalbox; save the text as a new version"
    )]
    NotFrozen {
        /// What was asked for.
        target: String,
    },
    /// A prompt would include itself.
    #[error("{} would include itself: {}; take one of these includes out", .chain.first().map_or("it", |name| name.as_str()), chained(.chain))]
    Loop {
        /// The prompts, from the one to itself.
        chain: Vec<PromptName>,
    },
    /// They include one another too deeply.
    #[error("includes nest more than {deepest} levels deep here; put some of the text in directly")]
    TooDeep {
        /// The limit.
        deepest: usize,
    },
    /// There are too many.
    #[error(
        "there are more than {most} includes, those of included prompts counted in; put some of the text in directly"
    )]
    TooMany {
        /// The limit.
        most: usize,
    },
    /// The whole text would be too long.
    #[error("with its includes the template would be longer than {largest} bytes; include less")]
    TooLarge {
        /// The limit.
        largest: usize,
    },
    /// The front matter has no room for what is to be written into it.
    #[error("the included versions can't be written into the front matter; write it as lines of key: value")]
    Head,
}

fn chained(chain: &[PromptName]) -> String {
    chain.iter().map(PromptName::as_str).collect::<Vec<_>>().join(" includes ")
}

impl IncludeProblem {
    /// For a text that belongs to no folder of prompts.
    pub fn nowhere(target: &Target) -> Self {
        Self::unusable(target, "no prompts are known here")
    }

    /// For a prompt that can't be used, with the reason.
    pub fn unusable(target: &Target, reason: impl Into<String>) -> Self {
        Self::Unusable { target: target.to_string(), reason: reason.into() }
    }
}

/// Why a prompt can't be included, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct IncludeError {
    /// Why.
    pub problem: IncludeProblem,
    /// The bytes of the statement in the template. For one inside of an included prompt, that of the outer one.
    pub bytes: Range<usize>,
    /// The line of it, from 1.
    pub line: u32,
}

impl IncludeError {
    pub(super) fn new(body: &str, bytes: Range<usize>, problem: IncludeProblem) -> Self {
        let line = body.get(..bytes.start).unwrap_or_default().matches('\n').count() as u32 + 1;
        Self { problem, bytes, line }
    }

    /// The error as it is shown beside the template.
    pub fn diagnostic(&self, body: &str) -> Diagnostic {
        let positions = Positions::new(body);
        Diagnostic::at(Part::Body, &positions, &self.bytes, Severity::Error, "include", self.problem.to_string())
    }
}
