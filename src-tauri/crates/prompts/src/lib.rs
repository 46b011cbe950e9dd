//! Prompts as files: versioned templates with labels, saved test values, lint, rendering and differences.
//!
//! Start at [`registry`], which is what the rest of Signalbox talks to, then [`source`] and [`document`] for what a
//! version is, and [`render`](mod@render) for what becomes of it. [`lint`](mod@lint) says what is wrong with a text, and
//! [`language`] what an editor asks of it.
//!
//! This crate never overwrites a version, never looks at a value as if it were a template, never sends anything
//! anywhere, and reads no clock: times are passed in.

mod analysis;
pub mod diagnostic;
pub mod diff;
pub mod document;
pub mod formats;
pub mod includes;
pub mod language;
pub mod lint;
pub mod name;
pub mod position;
pub mod registry;
pub mod render;
pub mod source;
pub mod starter;
pub mod suggest;
mod template;
pub mod values;
mod vocabulary;
pub mod watch;
mod yaml;

pub use diagnostic::{Diagnostic, Fix, Part, Severity};
pub use diff::{DiffLine, DiffRow, DiffSpan, InlineKind, InlineSpan, WordDiff};
pub use document::{Document, DocumentError, Example, OutputsError, Tool, Variable, VariableKind};
pub use formats::{Format, FormatError, Imported, Loss, LossKind, Unread};
pub use includes::{IncludeError, IncludeProblem, Included, Includes, Pin, Scope, Target, When};
pub use lint::{WindowUse, lint, lint_in, lint_length, lint_schema};
pub use name::{NameError, PromptName};
pub use position::TextRange;
pub use registry::{
    Change, Excerpt, ExcerptOf, IndexChanges, IndexRow, LabelChange, LabelChoice, LabelEvent, LabelMove, LabelPointer,
    Moving, Prompt, PromptSummary, Registry, RegistryError, Renumbered, Saved, Seen, Selector, SelectorError, Settled,
    Trashed, Version, VersionInfo, search_terms,
};
pub use render::{
    ENGINE, LineRange, Origin, RenderError, Rendered, RenderedMessage, Segment, Within, render, render_in,
};
pub use source::{Source, SourceError};
pub use values::{SavedValues, ValuesError};
pub use watch::{Watch, WatchError, watch};
