//! The keychain of this operating system.

use std::sync::Arc;

use super::{Backend, Trouble, Vault};

/// The keychain of this operating system: the Secret Service, the macOS Keychain or the Windows Credential Manager. The
/// kernel's key rings are not used, since they forget everything when the machine is shut down.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Backend for System {
    fn connect(&self) -> Result<Arc<dyn Vault>, Trouble> {
        connect()
    }
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
use super::secret_service::connect;

#[cfg(target_os = "macos")]
fn connect() -> Result<Arc<dyn Vault>, Trouble> {
    let store = apple_native_keyring_store::keychain::Store::new().map_err(super::entries::trouble)?;
    Ok(Arc::new(native::Native { entries: super::entries::Entries::new(store, false), name: "Keychain" }))
}

#[cfg(target_os = "windows")]
fn connect() -> Result<Arc<dyn Vault>, Trouble> {
    let store = windows_native_keyring_store::Store::new().map_err(super::entries::trouble)?;
    Ok(Arc::new(native::Native { entries: super::entries::Entries::new(store, false), name: "Credential Manager" }))
}

#[cfg(not(any(unix, windows)))]
fn connect() -> Result<Arc<dyn Vault>, Trouble> {
    Err(Trouble::Missing("this system has none that Signalbox knows".into()))
}

#[cfg(any(target_os = "macos", target_os = "windows"))]
mod native {
    use signalbox_domain::Secret;

    use super::super::{Trouble, Vault, entries::Entries};

    /// A keychain that the system unlocks by itself, together with the user's session.
    pub(super) struct Native {
        pub(super) entries: Entries,
        pub(super) name: &'static str,
    }

    impl Vault for Native {
        fn name(&self) -> String {
            self.name.to_owned()
        }

        fn is_locked(&self) -> Result<bool, Trouble> {
            Ok(false)
        }

        fn unlock(&self) -> Result<(), Trouble> {
            Ok(())
        }

        fn get(&self, account: &str) -> Result<Option<Secret>, Trouble> {
            self.entries.get(account)
        }

        fn set(&self, account: &str, key: &Secret) -> Result<(), Trouble> {
            self.entries.set(account, key)
        }

        fn delete(&self, account: &str) -> Result<(), Trouble> {
            self.entries.delete(account)
        }
    }
}
