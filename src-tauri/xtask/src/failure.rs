//! Why a command stopped, in words for the person who typed it.

use std::{fmt, io, path::Path, process::ExitCode};

/// What ended a command early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was wrong. Exit code 2.
    Usage {
        /// What is wrong with it.
        problem: String,
        /// The help text of the command.
        help: &'static str,
    },
    /// `--help` was asked for. Exit code 0.
    Help(&'static str),
    /// Something that only the user can change is missing: a tool, a package, a display.
    Setup(String),
    /// A program that was started failed.
    Program {
        /// The program with its arguments, ready to be typed.
        line: String,
        /// Its exit code, a signal, or why it did not start.
        reason: String,
    },
    /// A file or folder could not be read or written.
    File {
        /// What was tried, with the path.
        action: String,
        /// What the system answered.
        source: io::Error,
    },
    /// A program that was started did not do what was expected of it.
    Unexpected(String),
}

impl Failure {
    /// The command line was wrong.
    pub(crate) fn usage(problem: impl Into<String>, help: &'static str) -> Self {
        Self::Usage { problem: problem.into(), help }
    }

    /// Turns an error of the file system into a failure that names the path.
    pub(crate) fn file(action: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let action = format!("{action} {}", path.display());
        move |source| Self::File { action, source }
    }

    /// The exit code of the whole process.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Help(_) => ExitCode::SUCCESS,
            Self::Usage { .. } => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { problem, help } => write!(out, "xtask: {problem}\n\n{help}"),
            Self::Help(help) => out.write_str(help.trim_end()),
            Self::Setup(problem) | Self::Unexpected(problem) => write!(out, "xtask: {problem}"),
            Self::Program { line, reason } => write!(out, "xtask: `{line}` {reason}"),
            Self::File { action, source } => write!(out, "xtask: could not {action}: {source}"),
        }
    }
}
