//! A workspace: a folder with a `signalbox.toml`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    config::{ConfigProblem, Loaded},
    edit::EditError,
    files::{FileError, confine, create_new, read_to_string, write_atomic},
    git::git_branch,
};

/// The name of the configuration in a workspace.
pub const CONFIG_FILE: &str = "signalbox.toml";

/// The configuration of a new workspace: a simulated provider and a daily budget.
pub const STARTER_TOML: &str = include_str!("starter.toml");

/// How often an edit begins anew when the file changes under it.
const MOST_TRIES: u32 = 8;

/// A folder that people author and share by git.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    /// Two edits of this process never interleave.
    editing: Arc<Mutex<()>>,
}

/// Why a workspace can't be opened, made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder has no `signalbox.toml`.
    #[error("{} is no workspace: it has no signalbox.toml; choose another folder, or make a workspace there", .path.display())]
    NotAWorkspace {
        /// The folder.
        path: PathBuf,
    },
    /// The change can't be written.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The file wouldn't be valid after the change, so it is untouched.
    #[error("signalbox.toml was not changed, since it would not be valid: {}", first(.problems))]
    Invalid {
        /// What would be wrong, or was before.
        problems: Vec<ConfigProblem>,
    },
    /// Something else writes the file again and again.
    #[error("{} keeps changing while it is edited; close the program that writes it and try again", .path.display())]
    KeepsChanging {
        /// The file.
        path: PathBuf,
    },
}

impl Workspace {
    /// Opens a folder that has a `signalbox.toml`. The file isn't read yet, so a broken one opens too.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        let root = root.canonicalize().map_err(|e| FileError::new(root, e))?;
        match fs::metadata(root.join(CONFIG_FILE)) {
            Ok(_) => Ok(Self { root, editing: Arc::default() }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(WorkspaceError::NotAWorkspace { path: root }),
            Err(e) => Err(FileError::new(&root.join(CONFIG_FILE), e).into()),
        }
    }

    /// Makes a workspace in a folder that has none, with `config` as its `signalbox.toml`; the folder is made too. An
    /// existing `signalbox.toml` is [`FileError::Exists`].
    pub fn init(root: &Path, config: &str) -> Result<Self, WorkspaceError> {
        let loaded = Loaded::of(config.to_owned());
        if loaded.config.is_none() {
            return Err(WorkspaceError::Invalid { problems: loaded.problems });
        }
        fs::create_dir_all(root).map_err(|e| FileError::new(root, e))?;
        create_new(&root.join(CONFIG_FILE), config.as_bytes())?;
        Self::open(root)
    }

    /// The folder, as an absolute path without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration's file.
    pub fn config_path(&self) -> PathBuf {
        self.root.join(CONFIG_FILE)
    }

    /// The path of something inside the workspace; see [`confine`].
    pub fn path(&self, relative: impl AsRef<Path>) -> Result<PathBuf, FileError> {
        confine(&self.root, relative)
    }

    /// The git branch that the workspace is on; see [`git_branch`].
    pub fn branch(&self) -> Option<String> {
        git_branch(&self.root)
    }

    /// Reads and checks `signalbox.toml`. A broken file is no error here: see [`Loaded::config`].
    pub fn load(&self) -> Result<Loaded, WorkspaceError> {
        Ok(Loaded::of(read_to_string(&self.config_path())?))
    }

    /// Changes `signalbox.toml` as it is on disk now, and returns what it says then.
    ///
    /// `change` gets the present text and returns the new one; it may be called again when the file changes meanwhile. A
    /// change that leaves the file invalid is refused, and the file stays as it is.
    pub fn edit(&self, mut change: impl FnMut(&str) -> Result<String, EditError>) -> Result<Loaded, WorkspaceError> {
        let _one_at_a_time = self.editing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.config_path();
        let mut before = read_to_string(&path)?;
        for _ in 0..MOST_TRIES {
            let after = Loaded::of(change(&before)?);
            if after.config.is_none() {
                return Err(WorkspaceError::Invalid { problems: after.problems });
            }
            let now = read_to_string(&path)?;
            if now == before {
                if after.text != before {
                    write_atomic(&path, after.text.as_bytes())?;
                }
                return Ok(after);
            }
            before = now;
        }
        Err(WorkspaceError::KeepsChanging { path })
    }
}

/// The first error, and how many more there are.
fn first(problems: &[ConfigProblem]) -> String {
    let mut errors = problems.iter().filter(|p| p.severity == crate::config::ProblemSeverity::Error);
    match (errors.next(), errors.count()) {
        (None, _) => "nothing is wrong".to_owned(),
        (Some(only), 0) => only.to_string(),
        (Some(first), more) => format!("{first} (and {more} more)"),
    }
}

#[cfg(test)]
mod tests;
