//! What people are told about the keychain: what is the matter, and what to do.

use std::time::Duration;

use super::line::Silence;
use crate::{state::KeychainError, vault::Trouble};

/// How to get on without a keychain.
const WAY_OUT: &str = "keep keys in memory until Signalbox quits";

/// How to get a keychain on this system.
const REMEDY: &str = if cfg!(target_os = "linux") {
    "install and start a keyring such as gnome-keyring or KWallet"
} else {
    "sign in again or restart the computer"
};

/// What to tell about a question that has no answer.
pub(super) fn explain(provider: Option<&str>, silence: Silence) -> KeychainError {
    match silence {
        Silence::Trouble(Trouble::Locked) => KeychainError::Locked { hint: locked() },
        Silence::Trouble(Trouble::NoCollection) => KeychainError::Locked { hint: no_collection() },
        Silence::Trouble(Trouble::Denied(reason)) => KeychainError::Denied { hint: denied(&reason) },
        Silence::Trouble(Trouble::Missing(reason)) => KeychainError::Missing { hint: missing(&reason) },
        Silence::Trouble(Trouble::Account(reason)) => match provider {
            Some(provider) => KeychainError::Key { provider: provider.to_owned(), reason },
            None => KeychainError::Missing { hint: missing(&reason) },
        },
        Silence::Hangs(waited) => KeychainError::Locked { hint: hangs(waited) },
    }
}

/// It must be unlocked.
pub(super) fn locked() -> String {
    format!("the keychain is locked; unlock it, or {WAY_OUT}")
}

fn no_collection() -> String {
    format!("the keychain has no place for keys yet; unlock it to make one, or {WAY_OUT}")
}

fn denied(reason: &str) -> String {
    format!("the keychain refuses Signalbox ({reason}); allow it and unlock again, or {WAY_OUT}")
}

fn missing(reason: &str) -> String {
    format!("no keychain works here ({reason}); {REMEDY}, or {WAY_OUT}")
}

fn hangs(waited: Duration) -> String {
    let waited = if waited < Duration::from_secs(1) {
        format!("{} ms", waited.as_millis())
    } else {
        format!("{} s", waited.as_secs())
    };
    format!(
        "the keychain did not answer within {waited}; it may wait for a password in another window; unlock it, or {WAY_OUT}"
    )
}
