//! A desktop session made for a test: its own message bus, its own unlocked keychain, its own XDG folders and, for
//! windows, its own display. Nothing in it touches the session of the person who runs the tests.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{command, failure::Failure, locale, paths};

/// The hidden command that finishes the set-up inside the new session.
pub(crate) const INNER: &str = "inside-session";

/// Opens the keychain of the session. Tests that lock it open it again with this.
const KEYCHAIN_PASSWORD: &str = "signalbox";
const KEYCHAIN_PASSWORD_VARIABLE: &str = "SIGNALBOX_TEST_KEYCHAIN_PASSWORD";
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(20);

/// Whether the session has a display.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    /// None: for tests without a window.
    None,
    /// An X server of its own, 1600×1000.
    Virtual,
}

/// Runs a command in a new session, and takes the session down again. Other systems than Linux have no such session:
/// there the command runs as it is.
pub(crate) fn run(display: Display, inner: &Command) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return command::run(&mut again(inner));
    }
    let folders = Folders::create()?;
    let mut outer = command::program("dbus-run-session");
    outer.arg("--");
    if display == Display::Virtual {
        outer.args(["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"]);
    }
    let myself = env::current_exe().map_err(Failure::file("find", Path::new("this program")))?;
    outer.arg(myself).arg(INNER).arg(inner.get_program()).args(inner.get_args());
    set_environment(&mut outer, inner);
    for (variable, folder) in folders.list() {
        outer.env(variable, folder);
    }
    // The model's cache must not move with the session's folders.
    outer.env(paths::MODEL_CACHE, paths::model_cache());
    outer.env(KEYCHAIN_PASSWORD_VARIABLE, KEYCHAIN_PASSWORD);
    outer.env("NO_AT_BRIDGE", "1");
    locale::set(&mut outer)?;
    outer.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
    if display == Display::Virtual {
        outer.env("GDK_BACKEND", "x11");
    }
    eprintln!("$ {}", command::line(inner));
    let status = outer.status().map_err(|error| command::not_started(&outer, &error))?;
    command::demand_success(inner, status)
}

/// What runs inside the new session: opens the keychain, then becomes the command.
pub(crate) fn inside(arguments: &[OsString]) -> Result<(), Failure> {
    let Some((program, rest)) = arguments.split_first() else {
        return Err(Failure::Unexpected(format!("{INNER} needs a command")));
    };
    open_keychain()?;
    let mut command = Command::new(program);
    command.args(rest);
    command::replace_by(&mut command)
}

/// Starts the keychain daemon with an unlocked keychain and waits until it answers on the bus.
fn open_keychain() -> Result<(), Failure> {
    let mut daemon = command::program("gnome-keyring-daemon");
    daemon.args(["--unlock", "--components=secrets"]);
    daemon.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = daemon.spawn().map_err(|error| command::not_started(&daemon, &error))?;
    if let Some(mut input) = child.stdin.take() {
        let password = input.write_all(KEYCHAIN_PASSWORD.as_bytes());
        password.map_err(Failure::file("hand the password to", Path::new("gnome-keyring-daemon")))?;
    }
    let status = child.wait().map_err(|error| command::not_started(&daemon, &error))?;
    command::demand_success(&daemon, status)?;

    let deadline = Instant::now() + KEYCHAIN_LIMIT;
    while !keychain_is_open() {
        if Instant::now() > deadline {
            return Err(Failure::Unexpected(format!(
                "gnome-keyring-daemon was started, but its keychain is not open after {} s; \
                 see `dbus-run-session -- gnome-keyring-daemon --unlock --foreground`",
                KEYCHAIN_LIMIT.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn keychain_is_open() -> bool {
    // Asked first, because a question to a name without owner makes the bus start a second daemon.
    let owned = ask_bus(
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        &["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"],
    );
    if !owned.contains("boolean true") {
        return false;
    }
    let locked = ask_bus(
        "org.freedesktop.secrets",
        "/org/freedesktop/secrets/aliases/default",
        &["org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked"],
    );
    locked.contains("boolean false")
}

fn ask_bus(destination: &str, object: &str, question: &[&str]) -> String {
    let mut ask = command::program("dbus-send");
    ask.args(["--session", "--print-reply=literal", &format!("--dest={destination}"), object]);
    command::output(ask.args(question)).unwrap_or_default()
}

/// The environment that the inner command was given on top of the inherited one.
fn set_environment(outer: &mut Command, inner: &Command) {
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
}

fn again(inner: &Command) -> Command {
    let mut command = Command::new(inner.get_program());
    command.args(inner.get_args());
    set_environment(&mut command, inner);
    command
}

/// The XDG folders of one session. Deleted when it ends.
struct Folders {
    base: PathBuf,
}

impl Folders {
    fn create() -> Result<Self, Failure> {
        // Short, because paths of sockets may have about a hundred bytes.
        let base = env::temp_dir().join(format!("signalbox-session-{}", std::process::id()));
        let folders = Self { base };
        for (variable, folder) in folders.list() {
            fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
            if variable == "XDG_RUNTIME_DIR" {
                only_for_me(&folder)?;
            }
        }
        Ok(folders)
    }

    fn list(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("XDG_CONFIG_HOME", self.base.join("config")),
            ("XDG_DATA_HOME", self.base.join("data")),
            ("XDG_STATE_HOME", self.base.join("state")),
            ("XDG_CACHE_HOME", self.base.join("cache")),
            ("XDG_RUNTIME_DIR", self.base.join("run")),
        ]
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // The system clears its temporary folder anyway; a file that is still open is no reason to fail.
        let _ = fs::remove_dir_all(&self.base);
    }
}

#[cfg(unix)]
fn only_for_me(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(Failure::file("protect", folder))
}

#[cfg(not(unix))]
fn only_for_me(_: &Path) -> Result<(), Failure> {
    Ok(())
}
