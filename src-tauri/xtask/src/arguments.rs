//! Reading a command's own options.

use std::{collections::VecDeque, ffi::OsString};

use crate::failure::Failure;

/// The arguments of one command, taken from the front.
pub(crate) struct Arguments {
    rest: VecDeque<OsString>,
    help: &'static str,
}

impl Arguments {
    /// `help` is printed for `--help` and below every complaint about the arguments.
    pub(crate) fn new(arguments: Vec<OsString>, help: &'static str) -> Self {
        Self { rest: arguments.into(), help }
    }

    /// The next option, or nothing when all are read. `--name=value` is read as `--name` and then `value`.
    pub(crate) fn next_option(&mut self) -> Result<Option<String>, Failure> {
        let Some(argument) = self.rest.pop_front() else {
            return Ok(None);
        };
        let text =
            argument.into_string().map_err(|raw| self.wrong(format!("`{}` is not valid UTF-8", raw.display())))?;
        if text == "--help" || text == "-h" {
            return Err(Failure::Help(self.help));
        }
        match text.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                self.rest.push_front(value.into());
                Ok(Some(name.to_owned()))
            }
            _ => Ok(Some(text)),
        }
    }

    /// The value that must follow the option `name`.
    pub(crate) fn value(&mut self, name: &str) -> Result<String, Failure> {
        match self.rest.pop_front().map(OsString::into_string) {
            Some(Ok(value)) => Ok(value),
            Some(Err(raw)) => Err(self.wrong(format!("`{}` is not valid UTF-8", raw.display()))),
            None => Err(self.wrong(format!("{name} needs a value"))),
        }
    }

    /// Everything that was not read yet, for a program that is started.
    pub(crate) fn remaining(&mut self) -> Vec<OsString> {
        self.rest.drain(..).collect()
    }

    /// The complaint about an option that the command does not have.
    pub(crate) fn unknown(&self, option: &str) -> Failure {
        self.wrong(format!("there is no option `{option}` here"))
    }

    /// A complaint about the arguments, with the help below it.
    pub(crate) fn wrong(&self, problem: impl Into<String>) -> Failure {
        Failure::usage(problem, self.help)
    }
}
