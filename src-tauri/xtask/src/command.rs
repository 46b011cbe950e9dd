//! Starting other programs.

use std::{
    env,
    ffi::OsStr,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use crate::{failure::Failure, paths};

/// A program that runs in the root of the repository, without what `cargo run` put into the environment about *this*
/// crate: build scripts would see it and run again.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(paths::root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm in the folder of the UI.
pub(crate) fn npm() -> Command {
    let mut command = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(paths::root().join("ui"));
    command
}

/// Says what is started, runs it to its end and demands success.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    eprintln!("$ {}", line(command));
    run_quietly(command)
}

/// Runs a program to its end and demands success.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    demand_success(command, status)
}

/// What a program wrote to its standard output, or nothing if it is missing or failed.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program is there and succeeds, whatever it prints.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Becomes another program: the process keeps its number, so whoever stops it stops that program.
pub(crate) fn replace_by(command: &mut Command) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(not_started(command, &error))
    }
    #[cfg(not(unix))]
    run_quietly(command)
}

/// A failure unless the program ended well.
pub(crate) fn demand_success(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    let reason = match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => format!("was ended by {status}"),
    };
    Err(Failure::Program { line: line(command), reason })
}

/// The failure of a program that could not be started at all.
pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::Program { line: line(command), reason: format!("could not be started: {error}") }
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let mut line = String::new();
    if let Some(folder) = command.get_current_dir()
        && let Ok(inside) = folder.strip_prefix(paths::root())
        && inside != Path::new("")
    {
        line = format!("cd {} && ", inside.display());
    }
    line.push_str(&word(&program_name(command.get_program())));
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&word(&argument.to_string_lossy()));
    }
    line
}

/// Cargo is started by its full path, which nobody types.
fn program_name(program: &OsStr) -> String {
    match Path::new(program).file_stem() {
        Some(stem) if stem == "cargo" => "cargo".to_owned(),
        _ => program.to_string_lossy().into_owned(),
    }
}

fn word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./,:@+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{line, program};

    #[test]
    fn a_line_can_be_typed_again() {
        let mut command = program("cargo");
        command.args(["nextest", "run", "-E", "not test(=screens)", "it's"]);
        assert_eq!(line(&command), r"cargo nextest run -E 'not test(=screens)' 'it'\''s'");
    }

    #[test]
    fn a_line_names_the_folder_when_it_is_not_the_root() {
        let mut command = super::npm();
        command.args(["run", "build"]);
        assert!(line(&command).starts_with("cd ui && npm"), "{}", line(&command));
    }
}
