//! A real model behind a real server: SmolLM2-135M-Instruct in llama.cpp, started by `cargo xtask model`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// The first start may have to fetch the model.
const START_LIMIT: Duration = Duration::from_mins(10);

/// The running server. It ends when this is dropped.
pub(crate) struct Model {
    _process: Child,
    base_url: String,
    name: String,
    log: PathBuf,
}

impl Model {
    /// Starts it on a free port of loopback and waits until it answers. Its log is `model.log` in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        let mut process = xtask()
            .args(["model", "--serve", "--port", "0", "--log"])
            .arg(folder.join("model.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("`cargo xtask model` starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let line = timeout(START_LIMIT, lines.next_line())
            .await
            .expect("the model's server says in time where it listens")
            .expect("its output can be read")
            .expect("it says where it listens before it ends");
        let line: Value = serde_json::from_str(&line).expect("it answers in JSON");
        let field = |name: &str| line[name].as_str().expect("every field is a text").to_owned();
        Self { _process: process, base_url: field("listening"), name: field("model"), log: field("log").into() }
    }

    /// The address for `OpenAI`'s protocol: `http://127.0.0.1:N/v1`.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The id of the model at the server.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Everything that the server has written to its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the server's log can be read")
    }

    /// Whether the server's own timings tell of a request with so many tokens in and out.
    pub(crate) fn counted(&self, input: u64, output: u64) -> bool {
        let log = self.log();
        let has = |line: &str, words: &str| line.contains(words);
        log.lines().filter(|line| has(line, &format!("task.n_tokens = {input}"))).filter_map(task).any(|task| {
            let done = format!("/ {output:>5} tokens");
            let of_task = format!("| {task} |        eval time");
            log.lines().any(|line| has(line, &of_task) && has(line, &done))
        })
    }

    /// How many requests the server has begun to work on.
    pub(crate) fn started(&self) -> usize {
        count(&self.log(), "processing task")
    }

    /// How many requests the server gave up because its client had gone.
    pub(crate) fn cancelled(&self) -> usize {
        count(&self.log(), "cancel task")
    }
}

/// The `task 7` of a line.
fn task(line: &str) -> Option<&str> {
    line.split('|').map(str::trim).find(|part| part.starts_with("task "))
}

fn count(log: &str, words: &str) -> usize {
    log.lines().filter(|line| line.contains(words)).count()
}

/// `cargo xtask`, by the program that started these tests where there is one.
fn xtask() -> Command {
    if let Some(program) = env::var_os("SIGNALBOX_XTASK") {
        return Command::new(program);
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "xtask", "--"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}
