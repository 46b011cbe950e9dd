//! The keychain of the test's own desktop session.

use std::{
    env,
    io::Write,
    process::{Command, Stdio},
};

use super::{LIMIT, until};

const KEYCHAIN: &str = "org.freedesktop.secrets";

/// Locks the keychain, as a desktop does when its user has gone. Whoever wants a key then makes the keychain ask for
/// its password.
pub(crate) async fn lock() {
    let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
    let call = ["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", collection];
    assert!(ask(KEYCHAIN, &call).is_some(), "the keychain takes the call to lock");
    wait_until(true).await;
}

/// Opens the keychain again with its password.
pub(crate) async fn unlock() {
    let password = env::var("SIGNALBOX_TEST_KEYCHAIN_PASSWORD")
        .expect("run these tests by `cargo xtask test --only window`, which made the keychain");
    // A daemon that runs already does not take the password; a new one in its place does.
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--replace", "--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon starts");
    let mut input = daemon.stdin.take().expect("it reads the password");
    input.write_all(password.as_bytes()).expect("it takes the password");
    drop(input);
    assert!(daemon.wait().expect("it goes into the background").success(), "it starts");
    wait_until(false).await;
}

/// Whether nobody gets a key without the password; nothing if there is no keychain.
pub(crate) fn is_locked() -> Option<bool> {
    // Asked first, because a question to a name without owner makes the bus start a daemon that knows no password.
    let has_owner = "org.freedesktop.DBus.NameHasOwner";
    let owned = ask("org.freedesktop.DBus", &["/org/freedesktop/DBus", has_owner, "string:org.freedesktop.secrets"])?;
    if !owned.contains("boolean true") {
        return None;
    }
    let property = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
    let get = "org.freedesktop.DBus.Properties.Get";
    let collection = "/org/freedesktop/secrets/aliases/default";
    let locked = ask(KEYCHAIN, &[collection, get, property[0], property[1]])?;
    Some(locked.contains("boolean true"))
}

async fn wait_until(locked: bool) {
    let reached = until(LIMIT, async || match is_locked() {
        Some(found) if found == locked => Ok(()),
        other => Err(other),
    });
    let outcome = reached.await;
    assert_eq!(outcome, Ok(()), "the keychain's answer to `locked?` becomes {locked}");
}

fn ask(whom: &str, call: &[&str]) -> Option<String> {
    let output = Command::new("dbus-send")
        .args(["--session", "--print-reply=literal", &format!("--dest={whom}")])
        .args(call)
        .output()
        .expect("dbus-send starts");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
