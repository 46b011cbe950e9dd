//! Why a prompt can't be rendered.

use std::ops::Range;

use minijinja::{Error, ErrorKind};

use super::{Within, places::Places};
use crate::{
    analysis::Analysis,
    diagnostic::{Diagnostic, Part, Severity},
    document::Document,
    includes::{IncludeError, IncludeProblem},
    position::{Positions, TextRange},
    suggest::nearest,
    template::SyntaxProblem,
};

/// Where in the template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// In code points of the body.
    pub range: TextRange,
    /// From 1.
    pub line: u32,
    /// From 1, in code points.
    pub column: u32,
    /// Which of the templates that the text is made of; 0 is the text itself.
    pub(crate) part: usize,
}

impl Place {
    pub(super) fn of(positions: &Positions<'_>, bytes: &Range<usize>) -> Self {
        let (line, column) = positions.line_column(bytes.start);
        Self { range: positions.range(bytes), line, column, part: 0 }
    }
}

/// Why a prompt can't be rendered. Each message says what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template can't be read.
    #[error("line {}: {message}", .place.line)]
    Syntax {
        /// What is wrong.
        message: String,
        /// Where.
        place: Place,
    },
    /// A name that is neither a variable nor made by the template.
    #[error("line {}: there is no variable {name}{}", .place.line, did_you_mean(.suggestion.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
        /// Where it is used.
        place: Place,
    },
    /// A variable, or a part of one, has no value.
    #[error("line {}: {name} has no value; give it one in the test values, or write {name} | default(\"…\")", .place.line)]
    Undefined {
        /// The expression.
        name: String,
        /// Where it is used.
        place: Place,
    },
    /// A variable that must be given isn't.
    #[error("{name} is required and has no value; give it one in the test values")]
    Missing {
        /// The variable.
        name: String,
    },
    /// The template works on and on.
    #[error("the template took more than {steps} steps and was stopped{}; shorten its loops or the lists that they go through", on_line(.place.as_ref()))]
    TooMuchWork {
        /// The limit.
        steps: u64,
        /// Where it was stopped.
        place: Option<Place>,
    },
    /// The template calls itself too often.
    #[error("the template calls itself more than {calls} levels deep{}; a macro or a recursive loop needs a case in which it ends", on_line(.place.as_ref()))]
    TooDeep {
        /// The limit.
        calls: usize,
        /// Where it was stopped.
        place: Option<Place>,
    },
    /// The text is too long.
    #[error("the rendered prompt is {bytes} bytes long, and the most is {limit}; shorten the values or the template")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A value nests too deeply.
    #[error("the value of {name} nests more than {levels} levels deep; flatten it")]
    ValueTooDeep {
        /// The variable.
        name: String,
        /// The limit.
        levels: usize,
    },
    /// A statement that builds a template from another one.
    #[error("line {}: there is no {statement} here; take the whole prompt in by include, or put its text here", .place.line)]
    Statement {
        /// `import` or `extends`.
        statement: String,
        /// Where.
        place: Place,
    },
    /// A prompt can't be included.
    #[error("line {}: {problem}", .place.line)]
    Include {
        /// Why.
        problem: Box<IncludeProblem>,
        /// Where.
        place: Place,
    },
    /// Something is wrong inside of an included prompt.
    #[error("line {}: in {} #{}, {error}", .place.line, .within.prompt, .within.version)]
    Within {
        /// The included prompt.
        within: Within,
        /// Where it is included.
        place: Place,
        /// What is wrong there.
        error: Box<RenderError>,
    },
    /// Anything else that the engine refuses, such as adding a text to a number.
    #[error("{}{message}", at_line(.place.as_ref()))]
    Template {
        /// What it says.
        message: String,
        /// Where.
        place: Option<Place>,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!("; did you mean {name}?"),
        None => "; declare it under inputs in the front matter".to_owned(),
    }
}

fn on_line(place: Option<&Place>) -> String {
    place.map(|place| format!(" on line {}", place.line)).unwrap_or_default()
}

fn at_line(place: Option<&Place>) -> String {
    place.map(|place| format!("line {}: ", place.line)).unwrap_or_default()
}

impl RenderError {
    /// Where in the body, when it has a place.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Syntax { place, .. }
            | Self::Unknown { place, .. }
            | Self::Undefined { place, .. }
            | Self::Statement { place, .. }
            | Self::Include { place, .. }
            | Self::Within { place, .. } => Some(*place),
            Self::TooMuchWork { place, .. } | Self::TooDeep { place, .. } | Self::Template { place, .. } => *place,
            Self::Missing { .. } | Self::TooLarge { .. } | Self::ValueTooDeep { .. } => None,
        }
    }

    /// The kind of error in kebab-case, the same as of the diagnostic that lint gives.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "syntax",
            Self::Unknown { .. } => "unknown-variable",
            Self::Undefined { .. } => "undefined-value",
            Self::Missing { .. } => "missing-value",
            Self::TooMuchWork { .. } => "too-much-work",
            Self::TooDeep { .. } => "too-deep",
            Self::TooLarge { .. } => "too-large",
            Self::ValueTooDeep { .. } => "value-too-deep",
            Self::Statement { .. } | Self::Include { .. } => "include",
            Self::Within { error, .. } => error.code(),
            Self::Template { .. } => "template",
        }
    }

    /// The error as it is shown beside the template.
    pub fn diagnostic(&self) -> Diagnostic {
        let place = self.place().unwrap_or(Place { line: 1, column: 1, ..Place::default() });
        Diagnostic {
            part: Part::Body,
            range: place.range,
            line: place.line,
            column: place.column,
            severity: Severity::Error,
            code: self.code().to_owned(),
            message: self.to_string(),
            fix: None,
        }
    }

    pub(super) fn of_syntax(body: &str, problem: SyntaxProblem) -> Self {
        Self::Syntax { message: problem.message, place: Place::of(&Positions::new(body), &problem.bytes) }
    }

    pub(super) fn of_include(body: &str, error: IncludeError) -> Self {
        let place = Place::of(&Positions::new(body), &error.bytes);
        Self::Include { problem: Box::new(error.problem), place }
    }

    /// The engine's error, in Signalbox's words.
    pub(super) fn of_engine(
        error: &Error,
        body: &str,
        places: &Places<'_>,
        analysis: &Analysis<'_>,
        document: &Document,
        limits: (u64, usize),
    ) -> Self {
        let (root, bytes) = deepest(error, body);
        let place = bytes.as_ref().map(|bytes| places.of(bytes));
        let detail = root.detail().unwrap_or_default();
        match root.kind() {
            ErrorKind::OutOfFuel => return Self::TooMuchWork { steps: limits.0, place },
            ErrorKind::InvalidOperation if detail.contains("recursion") => {
                return Self::TooDeep { calls: limits.1, place };
            }
            ErrorKind::UndefinedError => {
                if let (Some(bytes), Some(place)) = (bytes, place) {
                    return undefined(&bytes, place, body, places, analysis, document);
                }
            }
            _ => {}
        }
        let message = match detail {
            "" => root.kind().to_string(),
            detail => format!("{}: {detail}", root.kind()),
        };
        Self::Template { message, place }
    }
}

/// The error that is the cause, and the place nearest to it.
fn deepest<'e>(error: &'e Error, body: &str) -> (&'e Error, Option<Range<usize>>) {
    let valid = |range: Range<usize>| (range.end <= body.len() && range.start < range.end).then_some(range);
    let mut found = error;
    let mut bytes = error.range().and_then(valid);
    while let Some(source) = std::error::Error::source(found).and_then(|source| source.downcast_ref::<Error>()) {
        found = source;
        bytes = source.range().and_then(valid).or(bytes);
    }
    (found, bytes)
}

/// The input behind an undefined value: the smallest use that the engine's place touches.
fn undefined(
    bytes: &Range<usize>,
    place: Place,
    body: &str,
    places: &Places<'_>,
    analysis: &Analysis<'_>,
    document: &Document,
) -> RenderError {
    let inside = |used: &Range<usize>| used.start < bytes.end && bytes.start < used.end;
    let used = analysis.uses.iter().filter(|used| inside(&used.bytes)).min_by_key(|used| used.bytes.len());
    let Some(used) = used else {
        let name = body.get(bytes.clone()).unwrap_or_default().to_owned();
        return RenderError::Undefined { name, place };
    };
    let name = body.get(used.bytes.clone()).unwrap_or_default().to_owned();
    let place = places.of(&used.bytes);
    let suggestion = nearest(used.path.root, document.inputs.iter().map(|variable| variable.name.as_str()));
    match suggestion {
        Some(known) if used.inherited.is_none() && document.variable(used.path.root).is_none() => {
            RenderError::Unknown {
                name: used.path.root.to_owned(),
                suggestion: Some(known.to_owned()),
                place: places.of(&used.first),
            }
        }
        _ => RenderError::Undefined { name, place },
    }
}
