//! The only place that prints.

mod style;
mod table;

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use serde::Serialize;

use crate::{
    describe,
    error::{Error, Failed, Outcome},
};

pub(crate) use style::{Paint, Style};
pub(crate) use table::Table;

/// Where what a command found goes: as text for people, or as JSON for programs.
///
/// Standard output holds what was asked for and nothing else, so that it can be put into a file or another program;
/// notes and errors go to standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    style: Style,
    note_style: Style,
    progress: bool,
}

#[allow(clippy::unused_self, reason = "only who was handed the output may print")]
impl Output {
    /// Output as a terminal or a program wants it.
    pub(crate) fn new(json: bool) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self { json, style: Style::of(out), note_style: Style::of(err), progress: err && !json }
    }

    /// Whether a program reads.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether standard output is a terminal.
    pub(crate) fn is_watched(self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Whether somebody watches who wants to see that something happens.
    pub(crate) fn shows_progress(self) -> bool {
        self.progress
    }

    /// Shows one value: as JSON, or as the text that `text` makes of it.
    pub(crate) fn show<T: Serialize>(self, value: &T, text: impl FnOnce(&T, Style) -> String) -> Outcome {
        if self.json {
            return write(&(to_json(serde_json::to_string_pretty(value))? + "\n"));
        }
        write(&line_of(text(value, self.style)))
    }

    /// Shows one of many values: as a line of JSON, or as the text that `text` makes of it.
    pub(crate) fn show_one_of_many<T: Serialize>(self, value: &T, text: impl FnOnce(&T, Style) -> String) -> Outcome {
        if self.json {
            return self.line(value);
        }
        write(&line_of(text(value, self.style)))
    }

    /// A line of JSON, whoever reads.
    pub(crate) fn line<T: Serialize>(self, value: &T) -> Outcome {
        write(&(to_json(serde_json::to_string(value))? + "\n"))
    }

    /// Writes a piece of an answer as it is, at once.
    pub(crate) fn piece(self, text: &str) -> Outcome {
        write(text)
    }

    /// Tells a person something beside what was asked for. Programs don't need it.
    pub(crate) fn note(self, text: impl FnOnce(Style) -> String) {
        if !self.json {
            // Nobody who has closed it wants to know.
            let _ = std::io::stderr().write_all(line_of(text(self.note_style)).as_bytes());
        }
    }

    /// Says how the command ended, and what the shell is told.
    pub(crate) fn end(self, ended: Outcome) -> ExitCode {
        match ended {
            Ok(()) | Err(Error::Closed) => ExitCode::SUCCESS,
            Err(Error::Found(exit)) => ExitCode::from(exit.code()),
            Err(Error::Failed(failed)) => {
                self.fail(&failed);
                ExitCode::from(failed.exit.code())
            }
        }
    }

    fn fail(self, failed: &Failed) {
        let text = if self.json {
            serde_json::json!({ "error": failed }).to_string() + "\n"
        } else {
            line_of(describe::failed(failed, self.note_style))
        };
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

/// Writes to standard output at once.
fn write(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Error::Closed,
        _ => Error::failure("internal", format!("standard output can't be written: {error}")),
    })
}

/// Starts the log on standard error, for those who ask for it by `SIGNALBOX_LOG`, such as `SIGNALBOX_LOG=debug`.
pub(crate) fn start_log() {
    let Ok(wanted) = std::env::var("SIGNALBOX_LOG") else { return };
    let filter = tracing_subscriber::EnvFilter::new(wanted);
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Asks a person for something, on the same line.
pub(crate) fn ask(question: &str) {
    let _ = std::io::stderr().write_all(question.as_bytes());
}

fn to_json(text: serde_json::Result<String>) -> Outcome<String> {
    text.map_err(|error| Error::failure("internal", format!("this can't be written as JSON: {error}")))
}

/// Text with a line feed at its end, where there is text.
fn line_of(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
