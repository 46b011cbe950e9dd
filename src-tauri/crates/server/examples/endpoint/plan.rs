//! What is measured, as the caller of this program says it.

use serde::Deserialize;

use crate::{asking::Asking, check::Check};

/// The whole plan.
#[derive(Deserialize)]
pub(crate) struct Plan {
    /// How often everything is measured, one target after the other.
    pub(crate) rounds: u32,
    /// How long each thing is measured each time, in seconds.
    pub(crate) seconds: f64,
    pub(crate) targets: Vec<Target>,
    pub(crate) check: Option<Check>,
}

/// Whoever answers.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    /// The names that it has for the mock's models, by the names of the cases.
    pub(crate) models: std::collections::BTreeMap<String, String>,
    /// Its process, whose memory is read.
    pub(crate) pid: Option<u32>,
}

/// One kind of load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Which model is asked.
    pub(crate) model: &'static str,
    pub(crate) connections: usize,
    pub(crate) stream: bool,
    pub(crate) pieces: usize,
}

/// Pieces of an answer of the models `fast` and `paced`.
const PIECES: usize = 16;

pub(crate) const CASES: [Case; 5] = [
    Case { name: "whole, 1 connection", model: "fast", connections: 1, stream: false, pieces: PIECES },
    Case { name: "stream, 1 connection", model: "fast", connections: 1, stream: true, pieces: PIECES },
    Case { name: "paced stream, 1 connection", model: "paced", connections: 1, stream: true, pieces: PIECES },
    Case { name: "whole, 32 connections", model: "fast", connections: 32, stream: false, pieces: PIECES },
    Case { name: "stream, 32 connections", model: "fast", connections: 32, stream: true, pieces: PIECES },
];

impl Target {
    /// What it is asked in a case.
    pub(crate) fn asking(&self, case: &Case) -> Asking {
        let model = self.models.get(case.model).map_or(case.model, String::as_str);
        Asking::new(&self.address, &self.path, &self.headers, model, case.pieces, case.stream)
    }

    /// Its memory, in bytes: of the process and those that it has started.
    pub(crate) fn memory(&self) -> Option<u64> {
        let own = memory(self.pid?)?;
        Some(own + children(self.pid?).into_iter().filter_map(memory).sum::<u64>())
    }
}

fn memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn children(pid: u32) -> Vec<u32> {
    let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}
