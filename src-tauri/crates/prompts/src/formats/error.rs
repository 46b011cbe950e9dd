//! Why a file of another tool can't be read.

use crate::{document::DocumentError, name::NameError, source::SourceError};

/// Why a file of another tool can't be read. Each message says what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Nothing says what it is.
    #[error(
        "it is none of the known formats; say which one it is: prompty, dotprompt, promptfoo, langfuse, github or evals"
    )]
    Unknown,
    /// The text isn't what the format needs.
    #[error("line {line}: {message}")]
    Syntax {
        /// From 1.
        line: u32,
        /// What is wrong and what to do.
        message: String,
    },
    /// The file doesn't hold what the format needs.
    #[error("{0}")]
    Shape(String),
    /// Not UTF-8.
    #[error("it isn't UTF-8 text at byte {at}; save it as UTF-8")]
    Encoding {
        /// The first byte that can't be read.
        at: usize,
    },
    /// More than is read.
    #[error("it is larger than {most} bytes; it is probably no file of prompts")]
    TooLarge {
        /// The limit.
        most: usize,
    },
    /// A reference to a hidden file.
    #[error("{path} is hidden, and hidden files aren't read; put its text where it can be seen")]
    Hidden {
        /// The path as it is written.
        path: String,
    },
    /// A reference that leads out of the folder.
    #[error("{path} leads out of the folder that is imported; put the file into it")]
    Outside {
        /// The path as it is written.
        path: String,
    },
    /// A file isn't there, which was named or which another one names.
    #[error("{path} isn't there; put it there, or correct the path")]
    Missing {
        /// The path as it is written.
        path: String,
    },
    /// The operating system refuses.
    #[error("{path} can't be read: {message}; check who may read it")]
    Unreadable {
        /// Where.
        path: String,
        /// What it says.
        message: String,
    },
    /// A value of the environment is needed.
    #[error("the variable {name} of the environment isn't set; set it, or write a default as ${{env:{name}:value}}")]
    Environment {
        /// Its name.
        name: String,
    },
    /// Not a prompt's text.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Front matter that can't be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A name that can't be used.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl FormatError {
    pub(crate) fn yaml(error: &crate::yaml::YamlError) -> Self {
        Self::Syntax {
            line: error.line as u32,
            message: format!("it isn't YAML: {}; look at the indentation and the quotes", error.message),
        }
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::Syntax { line: error.line() as u32, message: format!("it isn't JSON: {error}") }
    }
}
