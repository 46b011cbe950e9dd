//! Python's virtual environments that hold exactly what a file of requirements names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{command, failure::Failure, versions};

/// A virtual environment and the requirements that it is made from.
pub(crate) struct Venv {
    folder: PathBuf,
    requirements: PathBuf,
    wanted: String,
}

impl Venv {
    /// The environment in `folder`, which need not be there yet.
    pub(crate) fn new(folder: PathBuf, requirements: PathBuf) -> Result<Self, Failure> {
        let wanted = fs::read_to_string(&requirements).map_err(Failure::file("read", &requirements))?;
        Ok(Self { folder, requirements, wanted })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its own Python.
    pub(crate) fn python(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// A program that one of its packages brings.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(if cfg!(windows) { format!("Scripts/{name}.exe") } else { format!("bin/{name}") })
    }

    /// Whether it was finished from the same requirements.
    pub(crate) fn is_current(&self) -> bool {
        self.python().exists() && fs::read_to_string(self.installed()).is_ok_and(|present| present == self.wanted)
    }

    /// Makes it anew and installs everything, each file checked against its hash.
    pub(crate) fn install(&self) -> Result<(), Failure> {
        let Some(python) = versions::python() else {
            return Err(Failure::Setup("no Python 3.10 or newer with its module `venv` was found".to_owned()));
        };
        command::run(command::program(python).args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        let mut pip = command::program(self.python());
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]);
        pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(&self.requirements);
        command::run(&mut pip)
    }

    /// Remembers that it is whole. An installation that was interrupted before this is made anew.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let installed = self.installed();
        fs::write(&installed, &self.wanted).map_err(Failure::file("write", &installed))
    }

    fn installed(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }
}

/// Makes `folder` and waits until no other process installs into it, for as long as the file is kept.
pub(crate) fn alone_in(folder: &Path) -> Result<fs::File, Failure> {
    fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    let lock_file = folder.join("lock");
    let lock = fs::File::create(&lock_file).map_err(Failure::file("create", &lock_file))?;
    lock.lock().map_err(Failure::file("lock", &lock_file))?;
    Ok(lock)
}
