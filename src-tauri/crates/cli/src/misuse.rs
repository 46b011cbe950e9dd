//! Reading the command line. What can't be read is told in the form that was asked for.

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, error::ErrorKind};

use crate::{
    arguments::Arguments,
    error::{Error, Outcome},
    output::Output,
};

/// Reads the arguments of this process. When there is nothing to be run, because help was asked for or because they can't
/// be read, that is said, and what the shell is told is given.
pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Arguments, ExitCode> {
    let arguments: Vec<OsString> = arguments.collect();
    Arguments::try_parse_from(&arguments).map_err(|error| {
        let output = Output::new(arguments.iter().any(|argument| argument == "--json"));
        output.end(said(&error, output))
    })
}

fn said(error: &clap::Error, output: Output) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => output.piece(&error.render().to_string()),
        // Somebody who typed the name of the program alone wants to know what it can do.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !output.is_json() => {
            output.piece(&error.render().to_string())?;
            Err(Error::Found(crate::error::Exit::Misuse))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Err(Error::misuse("no subcommand was given").hint("signalbox-cli --help lists them"))
        }
        _ => {
            let (message, hint) = parts(&error.render().to_string());
            Err(Error::misuse(message).hint(hint))
        }
    }
}

/// What clap says, as a message and advice: what is wrong stands first, then tips and the usage.
fn parts(text: &str) -> (String, String) {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let joined = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let tips: Vec<String> = rest.lines().filter_map(|line| line.trim().strip_prefix("tip: ")).map(joined).collect();
    let usage = rest.lines().find_map(|line| line.trim().strip_prefix("Usage: ")).map(joined);
    let help = usage.map(|usage| format!("Usage: {usage}; --help tells more"));
    let hint: Vec<String> = tips.into_iter().chain(help).collect();
    (joined(message), if hint.is_empty() { "--help tells more".to_owned() } else { hint.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_becomes_a_message_and_advice() {
        let said = "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\nUsage: \
                    signalbox-cli --json <COMMAND>\n\nFor more information, try '--help'.\n";
        let (message, hint) = parts(said);
        assert_eq!(message, "unexpected argument '--jsn' found");
        assert_eq!(
            hint,
            "a similar argument exists: '--json'; Usage: signalbox-cli --json <COMMAND>; --help tells more"
        );
    }
}
