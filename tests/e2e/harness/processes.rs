//! Processes, as `/proc` tells of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The processes that run `program` and have `variable=value` in their environment.
pub(crate) fn running(program: &Path, variable: &str, value: &Path) -> Vec<u32> {
    let wanted = format!("{variable}={}", value.display());
    all()
        .into_iter()
        .filter(|pid| executable(*pid).is_some_and(|found| found == program))
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes()))
        })
        .filter(|pid| is_alive(*pid))
        .collect()
}

/// A process and everything that it started, directly or not.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = all().into_iter().filter_map(|pid| Some((pid, status(pid)?.parent))).collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        tree.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    tree
}

/// Whether the process still runs. A zombie does not, once its last thread has gone: until then its files stay locked.
pub(crate) fn is_alive(pid: u32) -> bool {
    let Some(status) = status(pid) else { return false };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    !matches!(status.state, 'Z' | 'X') || threads > 1
}

/// `kill -9`.
pub(crate) fn kill(pids: &[u32]) {
    let list: Vec<String> = pids.iter().map(u32::to_string).collect();
    // The shell's own `kill`: the program of that name is not on every machine. Some of them may be gone already.
    let _ = Command::new("sh").arg("-c").arg(format!("kill -KILL {} 2>/dev/null", list.join(" "))).status();
}

/// `kill -TERM`.
pub(crate) fn terminate(pid: u32) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -TERM {pid}")).status();
    assert!(sent.is_ok_and(|status| status.success()), "process {pid} takes a signal");
}

struct Status {
    state: char,
    parent: u32,
}

fn status(pid: u32) -> Option<Status> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may itself hold spaces and brackets.
    let mut fields = line.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Status { state, parent })
}

/// The program's path, also when the file there was built anew meanwhile.
fn executable(pid: u32) -> Option<PathBuf> {
    let path = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let text = path.to_str()?;
    Some(text.strip_suffix(" (deleted)").map_or_else(|| path.clone(), PathBuf::from))
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("these tests need Linux");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
