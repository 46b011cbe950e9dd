//! What a keychain must be able to do, and the one of this operating system.

mod entries;
#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
mod secret_service;
mod system;

use std::sync::Arc;

use signalbox_domain::Secret;

pub use system::System;

/// Connects to a keychain. It is asked again after each failure, so that a keychain that starts late is found.
pub trait Backend: Send + Sync {
    /// Connects. It may block, but must not ask the user anything.
    fn connect(&self) -> Result<Arc<dyn Vault>, Trouble>;
}

/// A connection to a keychain. Every method may block.
pub trait Vault: Send + Sync {
    /// What the operating system calls it.
    fn name(&self) -> String;
    /// Whether it must be unlocked before it gives or takes keys. It must not ask the user anything.
    fn is_locked(&self) -> Result<bool, Trouble>;
    /// Has it unlocked, which may ask the user.
    fn unlock(&self) -> Result<(), Trouble>;
    /// The key of an account.
    fn get(&self, account: &str) -> Result<Option<Secret>, Trouble>;
    /// Keeps a key, in place of any other.
    fn set(&self, account: &str, key: &Secret) -> Result<(), Trouble>;
    /// Removes a key; one that isn't there is no trouble.
    fn delete(&self, account: &str) -> Result<(), Trouble>;
}

/// What went wrong in a keychain, with a reason that never holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It must be unlocked first.
    Locked,
    /// There is none, or the connection is gone.
    Missing(String),
    /// It works, but there is no place in it for keys yet.
    NoCollection,
    /// It refuses this application, or the user did.
    Denied(String),
    /// It works, but not for this account.
    Account(String),
}
