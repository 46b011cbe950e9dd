//! Keys through one of the stores of `keyring-core`.

use std::{collections::HashMap, sync::Arc};

use keyring_core::{CredentialStore, Entry, Error};
use signalbox_domain::Secret;
use zeroize::Zeroize as _;

use super::Trouble;

/// The name under which all keys are kept.
const SERVICE: &str = "signalbox";

/// The keys in one store.
pub(super) struct Entries {
    store: Arc<CredentialStore>,
    /// Whether the store can show a label to the user.
    labels: bool,
}

impl Entries {
    /// The keys in `store`.
    pub(super) fn new(store: Arc<CredentialStore>, labels: bool) -> Self {
        Self { store, labels }
    }

    /// The key of an account.
    pub(super) fn get(&self, account: &str) -> Result<Option<Secret>, Trouble> {
        let bytes = match self.entry(account)?.get_secret() {
            Ok(bytes) => bytes,
            Err(Error::NoEntry) => return Ok(None),
            Err(e) => return Err(trouble(e)),
        };
        String::from_utf8(bytes).map(|text| Some(Secret::new(text))).map_err(|e| {
            e.into_bytes().zeroize();
            Trouble::Account("what the keychain holds is not text; remove it and give the key again".into())
        })
    }

    /// Keeps a key.
    pub(super) fn set(&self, account: &str, key: &Secret) -> Result<(), Trouble> {
        let set = |entry: &Entry| entry.set_secret(key.expose().as_bytes());
        match set(&self.entry(account)?) {
            Ok(()) => Ok(()),
            Err(Error::Ambiguous(several)) => {
                delete_all(several)?;
                set(&self.entry(account)?).map_err(trouble)
            }
            Err(e) => Err(trouble(e)),
        }
    }

    /// Removes a key.
    pub(super) fn delete(&self, account: &str) -> Result<(), Trouble> {
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(Error::Ambiguous(several)) => delete_all(several),
            Err(e) => Err(trouble(e)),
        }
    }

    fn entry(&self, account: &str) -> Result<Entry, Trouble> {
        let label = format!("Signalbox: key of {account}");
        let modifiers = self.labels.then(|| HashMap::from([("label", label.as_str())]));
        self.store.build(SERVICE, account, modifiers.as_ref()).map_err(trouble)
    }
}

fn delete_all(entries: Vec<Entry>) -> Result<(), Trouble> {
    entries.into_iter().try_for_each(|entry| match entry.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(e) => Err(trouble(e)),
    })
}

/// What an error of a store means. Two of them carry the key itself, so none is ever shown as a whole.
pub(super) fn trouble(error: Error) -> Trouble {
    match error {
        Error::PlatformFailure(source) => platform(source.as_ref()),
        Error::NoStorageAccess(source) => access(source.as_ref()),
        Error::BadEncoding(mut bytes) => {
            bytes.zeroize();
            Trouble::Account("what the keychain holds is not text; remove it and give the key again".into())
        }
        Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            Trouble::Account("what the keychain holds can't be read; remove it and give the key again".into())
        }
        Error::TooLong(what, most) => {
            Trouble::Account(format!("the keychain takes a {what} of at most {most} characters; use a shorter one"))
        }
        Error::Ambiguous(several) => {
            Trouble::Account(format!("the keychain holds {} of them; remove it and give the key again", several.len()))
        }
        Error::Invalid(what, reason) => Trouble::Account(format!("the keychain refuses its {what}: {reason}")),
        Error::NoEntry => Trouble::Account("the keychain has lost it; give the key again".into()),
        Error::BadStoreFormat(reason) | Error::NotSupportedByStore(reason) => Trouble::Missing(reason),
        Error::NoDefaultStore => Trouble::Missing("no store was started".into()),
        _ => Trouble::Missing("the store failed in an unknown way".into()),
    }
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
use super::secret_service::{trouble_of as platform, trouble_of as access};

#[cfg(not(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn platform(source: &(dyn std::error::Error + Send + Sync + 'static)) -> Trouble {
    Trouble::Missing(source.to_string())
}

#[cfg(not(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn access(source: &(dyn std::error::Error + Send + Sync + 'static)) -> Trouble {
    // macOS and Windows unlock by themselves when they may; this is their "no".
    Trouble::Denied(source.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_errors_of_a_store_that_carry_a_key_lose_it() {
        let key = b"sk-canary-0123456789".to_vec();
        let source = || Box::new(std::io::Error::other("no"));
        for error in [Error::BadEncoding(key.clone()), Error::BadDataFormat(key.clone(), source())] {
            let shown = format!("{:?}", trouble(error));
            let bytes = format!("{key:?}");
            assert!(!shown.contains("canary") && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
        }
    }

    #[test]
    fn a_store_in_memory_keeps_and_removes_keys() -> Result<(), Trouble> {
        let store = keyring_core::mock::Store::new().map_err(trouble)?;
        let entries = Entries::new(store, false);
        assert!(entries.get("openai")?.is_none());
        entries.set("openai", &Secret::new("first".into()))?;
        entries.set("openai", &Secret::new("second".into()))?;
        assert_eq!(entries.get("openai")?.map(|key| key.expose().to_owned()).as_deref(), Some("second"));
        assert!(entries.get("local")?.is_none());
        entries.delete("openai")?;
        entries.delete("openai")?;
        assert!(entries.get("openai")?.is_none());
        Ok(())
    }
}
