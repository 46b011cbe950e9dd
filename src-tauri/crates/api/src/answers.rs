//! Answers read by a schema, with everything that was done to them.

use serde_json::Value;
use signalbox_output::{Candidate, ParseError, Parsed, Problem, Repair, Schema, SchemaError, parse, parse_json};
use signalbox_prompts::TextRange;

use crate::{
    ApiError, Code,
    types::{AnswerCandidate, AnswerError, AnswerParsed, AnswerProblem},
};

pub use signalbox_output::Options as ParseOptions;

/// A schema, prepared once for any number of answers; or none, for any JSON.
#[derive(Debug)]
pub struct AnswerReader {
    schema: Option<Schema>,
}

impl AnswerReader {
    /// Prepares a schema. Fails with `Invalid` when it isn't one.
    pub fn new(schema: Option<&Value>) -> Result<Self, ApiError> {
        Ok(Self { schema: schema.map(Schema::compile).transpose()? })
    }

    /// Whether this is for a schema.
    pub fn is_for(&self, schema: Option<&Value>) -> bool {
        self.schema.as_ref().map(Schema::source) == schema
    }

    /// Reads an answer.
    pub fn read(&self, text: &str, options: &ParseOptions) -> AnswerParsed {
        let read = match &self.schema {
            Some(schema) => parse(text, schema, options),
            None => parse_json(text, options),
        };
        match read {
            Ok(parsed) => told(parsed),
            Err(error) => refused(error),
        }
    }
}

impl From<SchemaError> for ApiError {
    fn from(error: SchemaError) -> Self {
        Self::new(Code::Invalid, error.to_string()).with_hint("Mend the schema where it is named here")
    }
}

fn told(parsed: Parsed) -> AnswerParsed {
    let Parsed { value, repairs, confidence, truncated, source, start, end, candidates } = parsed;
    AnswerParsed {
        ok: true,
        value,
        repairs: repairs.iter().map(Repair::told).collect(),
        confidence,
        truncated,
        source: Some(source.name().to_owned()),
        range: Some(range(start, end)),
        candidates: candidates.into_iter().map(candidate).collect(),
        error: None,
    }
}

fn refused(error: ParseError) -> AnswerParsed {
    let message = error.to_string();
    let (kind, problems, nearest) = match error {
        ParseError::Empty => ("empty", Vec::new(), None),
        ParseError::NoValue => ("no_value", Vec::new(), None),
        ParseError::TooLong { .. } => ("too_long", Vec::new(), None),
        ParseError::TooDeep { .. } => ("too_deep", Vec::new(), None),
        ParseError::Broken { .. } => ("broken", Vec::new(), None),
        ParseError::Several { .. } => ("several", Vec::new(), None),
        ParseError::Truncated { parsed } => ("truncated", Vec::new(), Some(*parsed)),
        ParseError::Invalid { problems, nearest } => ("invalid", problems, Some(*nearest)),
        ParseError::Contradiction { parsed, .. } => ("contradiction", Vec::new(), Some(*parsed)),
    };
    let mut read = nearest.map_or_else(nothing, told);
    let nearest = read.range.is_some().then(|| std::mem::take(&mut read.value));
    let problems = problems.into_iter().map(problem).collect();
    let error = AnswerError { kind: kind.to_owned(), message, problems, nearest };
    // However little was done to the nearest value, it isn't what was asked for.
    AnswerParsed { ok: false, confidence: 0.0, error: Some(error), ..read }
}

fn nothing() -> AnswerParsed {
    AnswerParsed {
        ok: false,
        value: Value::Null,
        repairs: Vec::new(),
        confidence: 0.0,
        truncated: false,
        source: None,
        range: None,
        candidates: Vec::new(),
        error: None,
    }
}

fn candidate(candidate: Candidate) -> AnswerCandidate {
    let Candidate { source, start, end, cost, wrong, truncated } = candidate;
    AnswerCandidate { source: source.name().to_owned(), range: range(start, end), cost, wrong, truncated }
}

fn problem(problem: Problem) -> AnswerProblem {
    let Problem { path, keyword, expected, found } = problem;
    AnswerProblem { path, keyword, expected, found }
}

fn range(start: usize, end: usize) -> TextRange {
    let point = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    TextRange { start: point(start), end: point(end) }
}
