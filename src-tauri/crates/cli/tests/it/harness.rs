//! The program on fresh folders, and what it said with everything left out that differs from run to run.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

/// A state folder and a workspace that are removed at the end.
pub(crate) struct Place {
    root: TempDir,
}

/// What the program said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    line: String,
    root: PathBuf,
}

impl Place {
    /// The starter workspace, with answers that come without pauses.
    pub(crate) fn new() -> Self {
        let place = Self { root: tempfile::tempdir().unwrap() };
        place.run(["prompt", "list"]).succeeded();
        place.edit("kind = \"simulated\"", "kind = \"simulated\"\npace = \"0ms\"");
        place
    }

    /// An empty folder, in which nothing was made yet.
    pub(crate) fn bare() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.root().join("workspace")
    }

    /// Writes a file and says where.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Changes `signalbox.toml`.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let path = self.workspace().join("signalbox.toml");
        let before = std::fs::read_to_string(&path).unwrap();
        assert!(before.contains(from), "{from} is in signalbox.toml");
        std::fs::write(&path, before.replace(from, to)).unwrap();
    }

    /// The program with nothing of this machine's environment, on these folders.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-cli"));
        command
            .env_clear()
            .env("HOME", self.root())
            .env("USER", "tester")
            .env("SIGNALBOX_HOME", self.home())
            .env("SIGNALBOX_WORKSPACE", self.workspace())
            .current_dir(self.root())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Said {
        self.run_with(arguments, b"")
    }

    /// Runs the program with something on standard input.
    pub(crate) fn run_with<'a>(&self, arguments: impl IntoIterator<Item = &'a str>, input: &[u8]) -> Said {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        self.finish(self.command(&arguments), &arguments, input)
    }

    /// Runs a command that was changed further.
    pub(crate) fn finish(&self, mut command: Command, arguments: &[&str], input: &[u8]) -> Said {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // Whoever has read enough closes standard input.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            line: arguments.join(" "),
            root: self.root().to_owned(),
        }
    }

    /// The identifier of the newest call.
    pub(crate) fn newest_call(&self) -> String {
        let calls = self.run(["log", "list", "--limit", "1", "--json"]).succeeded().json();
        calls["calls"][0]["id"].as_str().unwrap().to_owned()
    }
}

impl Said {
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.shown());
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}", self.shown()))
    }

    /// Standard output as lines of JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The error that a program reads.
    pub(crate) fn error(&self) -> Value {
        let value: Value = serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}\n{}", self.shown()));
        value["error"].clone()
    }

    /// All that was said, without what differs from run to run.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("$ signalbox-cli {}\n", self.line);
        shown.push_str(&self.out);
        if !self.err.is_empty() {
            let _ = write!(shown, "--- standard error\n{}", self.err);
        }
        let code = self.code.map_or("none".to_owned(), |code| code.to_string());
        let _ = writeln!(shown, "--- exit code {code}");
        self.redacted(&shown)
    }

    fn redacted(&self, text: &str) -> String {
        let mut text = text.replace(self.root.to_str().unwrap(), "[temp]");
        for (pattern, by) in REDACTIONS.iter() {
            text = pattern.replace_all(&text, *by).into_owned();
        }
        text
    }
}

static REDACTIONS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]"),
        (r"sbx_[0-9a-f]{10}_[0-9A-Za-z]{36}", "[secret]"),
        (r#""id": "[0-9a-f]{10}""#, r#""id": "[token]""#),
        (r"(?m)^(\S+ +)[0-9a-f]{10} ", "$1[token] "),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"b3:[0-9a-f]{64}", "[hash]"),
        (r"(hash|request) [0-9a-f]{8}\b", "$1 [hash]"),
        (r#"("(?:(?:total|first_token|waited|age)_)?ms"):( ?)\d+"#, "$1:${2}0"),
        (r" *\+\d+ ms", " [after]"),
        (r"\b\d+(\.\d)? (ms|s)\b", "[duration]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"(\S) {2,}", "$1  "),
        (r"(?m) +$", ""),
    ]
    .into_iter()
    .map(|(pattern, by)| (Regex::new(pattern).unwrap(), by))
    .collect()
});
