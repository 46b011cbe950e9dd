//! What a model answers, read as what was asked for: JSON found in prose, mended, made to follow its schema, and validated,
//! with a log of everything that was done.
//!
//! Start at [`parse`], which reads an answer with a [`Schema`], and [`Parsed`], which is what comes back: the value, the
//! [repairs](Repair) with their places and costs, a confidence, and whether the answer was cut. [`parse_json`] reads
//! without a schema, [`Stream`] while the answer comes. [`dialect`] writes a schema in what a provider enforces and maps
//! the values back, [`reask`](mod@reask) asks again for only what is wrong, and [`infer`] and [`snippet`] make schemas from
//! examples and from pieces of TypeScript and Python.
//!
//! ```
//! use serde_json::json;
//! use signalbox_output::{Options, Schema, parse};
//!
//! let schema = Schema::compile(&json!({
//!     "type": "object",
//!     "properties": { "name": { "type": "string" }, "age": { "type": "integer" } },
//!     "required": ["name", "age"]
//! }))
//! .unwrap();
//! let parsed = parse("Sure! {'name': 'Ada', age: \"thirty-six\",}", &schema, &Options::default()).unwrap();
//! assert_eq!(parsed.value, json!({ "name": "Ada", "age": 36 }));
//! assert!(!parsed.truncated && !parsed.repairs.is_empty());
//! ```
//!
//! # What it holds
//!
//! - A valid document is never changed. Without repairs in the log, the value is what `serde_json` reads.
//! - With a schema, what comes back follows it; `jsonschema` has the last word.
//! - A cut answer says so. It is never reported as whole.
//! - A field that a stream has shown never changes.
//! - Every text takes a number of steps that grows with its length and no faster, whatever is in it; nothing recurses
//!   deeper than [`options::DEEPEST`].
//!
//! # How it works
//!
//! Strict JSON is tried first. Else the text is searched for values once, each is read by a reader that goes on whatever
//! is wrong, and what is ambiguous stays as it was written. Each value is then made into what the schema asks for at the
//! least cost, with everything that was done noted at its place; the cheapest wins. Matters of taste are
//! [`Options`], each with its default and the reason for it.
//!
//! This crate does no input or output, waits for nothing, and reads no clock.

mod candidates;
pub mod dialect;
mod fields;
mod fold;
pub mod infer;
mod json;
mod log;
mod mend;
mod node;
pub mod options;
pub mod outcome;
mod parse;
pub mod place;
mod plain;
mod problem;
mod reader;
pub mod reask;
pub mod repair;
pub mod schema;
pub mod sketch;
pub mod snippet;
pub mod stream;
mod strict;
mod told;
mod words;

pub use dialect::{Dialect, Loss, LossKind, Rewritten, rewrite};
pub use json::parse_json;
pub use options::Options;
pub use outcome::{Broken, Candidate, ParseError, Parsed, Problem};
pub use parse::{parse, steps};
pub use reask::{Piece, Reask, reask};
pub use repair::{NumberForm, Repair, Source, What};
pub use schema::{Schema, SchemaError};
pub use sketch::sketch;
pub use snippet::{Snippet, SnippetError, from_pydantic, from_typescript};
pub use stream::{FieldState, Partial, PartialField, Stream};
pub use told::AnswerRepair;
