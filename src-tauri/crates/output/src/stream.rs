//! An answer while it comes: each field as soon as it is sure.
//!
//! The stream follows strict JSON, which is what models write nearly always, behind whatever prose, fence or thought
//! comes first. Where the text leaves strict JSON it waits for the end, for only the end tells what was meant. A field is
//! shown once it is complete and follows its schema; what has been shown never changes. [`Stream::finish`] reads the
//! whole answer like [`parse`](crate::parse) and holds it to what was shown.

mod machine;
mod shown;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    log::pointer,
    options::{Duplicates, Options, Several},
    outcome::{ParseError, Parsed},
    parse::parse,
    schema::Schema,
};
use machine::Machine;
use shown::Shown;

/// Reads an answer piece by piece.
#[derive(Debug)]
pub struct Stream {
    schema: Arc<Schema>,
    options: Options,
    text: String,
    machine: Machine,
    shown: Shown,
}

/// What a piece of the answer made known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Partial {
    /// What is new, in its order.
    pub fields: Vec<PartialField>,
    /// The lists and objects that are being written, and the text if one is, from the outside in, as JSON pointers.
    pub open: Vec<String>,
    /// Whether the value is complete. What comes after it may still be another value.
    pub complete: bool,
}

/// News of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PartialField {
    /// Where, as a JSON pointer.
    pub path: String,
    /// What is known.
    pub state: FieldState,
}

/// What is known of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldState {
    /// A text is being written, and this is more of it.
    Growing { more: String },
    /// The field is complete.
    Complete { value: Value },
    /// A list or an object is complete; its fields have been shown.
    Closed,
}

impl Stream {
    /// Begins to read an answer that should follow a schema.
    pub fn new(schema: Arc<Schema>, options: Options) -> Self {
        let options = Options { max_depth: options.max_depth.min(schema.deepest()), ..options };
        Self { schema, options, text: String::new(), machine: Machine::default(), shown: Shown::default() }
    }

    /// Takes the next piece of the answer, however it is cut.
    pub fn push(&mut self, piece: &str) -> Partial {
        // Beyond the limit only the end can be said, and there it is an error.
        if self.text.len().saturating_add(piece.len()) > self.options.max_bytes {
            self.machine.give_up();
        }
        self.text.push_str(piece);
        let news = self.machine.run(&self.text, &self.schema, &self.options);
        for news in &news {
            self.shown.add(news);
        }
        let fields =
            news.into_iter().map(|news| PartialField { path: pointer(&news.path), state: news.state }).collect();
        Partial { fields, open: self.machine.open(), complete: self.machine.is_done() }
    }

    /// What came so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Everything that was shown so far, as one value; nothing as long as nothing was.
    pub fn so_far(&self) -> Option<&Value> {
        self.shown.value()
    }

    /// How many bytes were looked at, so that a test can hold that the work is linear.
    #[doc(hidden)]
    pub fn steps(&self) -> usize {
        self.machine.steps()
    }

    /// Reads the whole answer, at its end.
    ///
    /// Where something is ambiguous, like a key that is written twice, what was shown decides.
    ///
    /// # Errors
    ///
    /// As [`parse`](crate::parse), and when the answer contradicts what was shown.
    pub fn finish(self) -> Result<Parsed, ParseError> {
        let first = parse(&self.text, &self.schema, &self.options)?;
        let Some(path) = self.shown.contradicted(&first.value) else { return Ok(first) };
        let path = path.to_owned();
        for (duplicates, several) in [
            (Duplicates::First, self.options.several),
            (self.options.duplicates, Several::First),
            (Duplicates::First, Several::First),
        ] {
            let options = Options { several, duplicates, ..self.options };
            if let Ok(parsed) = parse(&self.text, &self.schema, &options)
                && self.shown.contradicted(&parsed.value).is_none()
            {
                return Ok(parsed);
            }
        }
        Err(ParseError::Contradiction { path, parsed: Box::new(first) })
    }
}
