//! Programs of others that the tests start. As upstreams two mocks of providers: llmock from `PyPI`, which judges its
//! client, and aimock from npm. As callers of the local endpoint the official clients of its protocols, for Python and
//! JavaScript, `LangChain` and promptfoo. All are pinned by hashes in `tests/upstreams` and `tests/clients`, and installed
//! under `target`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    command,
    failure::Failure,
    paths,
    stamp::{self, Stamp},
    venv::{self, Venv},
    versions,
};

/// The environment variables by which the tests find what is installed.
const LLMOCK: &str = "SIGNALBOX_LLMOCK";
const AIMOCK: &str = "SIGNALBOX_AIMOCK";
const CLIENTS_PYTHON: &str = "SIGNALBOX_CLIENTS_PYTHON";
const CLIENTS_NODE: &str = "SIGNALBOX_CLIENTS_NODE";

/// What npm installs and what Node runs of it.
const AIMOCK_SCRIPT: &str = "node_modules/@copilotkit/aimock/dist/cli.js";
const PROMPTFOO_SCRIPT: &str = "node_modules/promptfoo/dist/src/entrypoint.js";

/// Installs all of them unless they are there, and tells `tests` where they are.
pub(crate) fn give_to(tests: &mut Command) -> Result<(), Failure> {
    let upstreams = Outside::new("upstreams")?;
    tests.env(LLMOCK, upstreams.python()?.program("llmock"));
    tests.env(AIMOCK, upstreams.node(AIMOCK_SCRIPT, &[])?.join(AIMOCK_SCRIPT));
    let clients = Outside::new("clients")?;
    tests.env(CLIENTS_PYTHON, clients.python()?.python());
    // What promptfoo may use but doesn't need takes two gigabytes. What it needs of its database is a package for each
    // system, of which npm refuses the others without being forced.
    tests.env(CLIENTS_NODE, clients.node(PROMPTFOO_SCRIPT, &["--omit=optional", "--force"])?);
    Ok(())
}

/// A folder of `tests` that pins programs of others, and the folder in which they are installed.
struct Outside {
    pinned: PathBuf,
    installed: PathBuf,
    /// Held while this process may install.
    _alone: fs::File,
}

impl Outside {
    fn new(name: &str) -> Result<Self, Failure> {
        let installed = paths::target().join(name);
        let alone = venv::alone_in(&installed)?;
        Ok(Self { pinned: paths::root().join("tests").join(name), installed, _alone: alone })
    }

    /// The environment of what `requirements.txt` names.
    fn python(&self) -> Result<Venv, Failure> {
        let venv = Venv::new(self.installed.join("python"), self.pinned.join("requirements.txt"))?;
        if !venv.is_current() {
            venv.install()?;
            venv.finish()?;
        }
        Ok(venv)
    }

    /// The folder of what `package-lock.json` names, of which `script` must be a part.
    fn node(&self, script: &str, options: &[&str]) -> Result<PathBuf, Failure> {
        versions::ensure_node()?;
        let folder = self.installed.join("node");
        let lock_file = self.pinned.join("package-lock.json");
        let lock = fs::read(&lock_file).map_err(Failure::file("read", &lock_file))?;
        let name = self.installed.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stamp = Stamp::new(&name, stamp::of_bytes(&lock));
        if stamp.is_current() && folder.join(script).is_file() {
            return Ok(folder);
        }
        // npm installs beside the two files, and the repository's folder is to stay clean.
        fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
        for name in ["package.json", "package-lock.json"] {
            let copy = folder.join(name);
            fs::copy(self.pinned.join(name), &copy).map_err(Failure::file("write", &copy))?;
        }
        let mut npm = command::npm();
        npm.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).args(options);
        command::run(&mut npm)?;
        there(&folder.join(script))?;
        stamp.set()?;
        Ok(folder)
    }
}

fn there(file: &Path) -> Result<(), Failure> {
    if file.is_file() {
        return Ok(());
    }
    Err(Failure::Unexpected(format!("{} isn't there, though its package was installed", file.display())))
}
