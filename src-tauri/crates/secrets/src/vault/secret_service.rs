//! The Secret Service of Linux and the BSDs: GNOME Keyring, `KWallet`, `KeePassXC`.

use std::sync::Arc;

use secret_service::{EncryptionType, Error, blocking::SecretService};
use signalbox_domain::Secret;
use zbus_secret_service_keyring_store::Store;

use super::{
    Trouble, Vault,
    entries::{Entries, trouble},
};

/// A connection to the Secret Service.
pub(super) struct Service {
    entries: Entries,
    /// A second connection, for what the store can't do: to see whether it is locked without asking the user. No key
    /// travels on it, so it isn't encrypted.
    control: SecretService<'static>,
}

impl Service {
    /// Connects over the session bus.
    pub(super) fn connect() -> Result<Self, Trouble> {
        let control = SecretService::connect(EncryptionType::Plain).map_err(|e| trouble_of(&e))?;
        let store = Store::new().map_err(trouble)?;
        Ok(Self { entries: Entries::new(store, true), control })
    }

    /// The store asks the user by itself when a key is locked away, and waits. So it is never asked then.
    fn open(&self) -> Result<&Entries, Trouble> {
        if self.is_locked()? { Err(Trouble::Locked) } else { Ok(&self.entries) }
    }
}

impl Vault for Service {
    fn name(&self) -> String {
        "Secret Service".to_owned()
    }

    fn is_locked(&self) -> Result<bool, Trouble> {
        let collection = self.control.get_default_collection().map_err(|e| trouble_of(&e))?;
        collection.is_locked().map_err(|e| trouble_of(&e))
    }

    fn unlock(&self) -> Result<(), Trouble> {
        let collection = match self.control.get_default_collection() {
            Ok(collection) => collection,
            // The service asks for a password for the new one.
            Err(Error::NoResult) => self.control.create_collection("Login", "default").map_err(|e| trouble_of(&e))?,
            Err(e) => return Err(trouble_of(&e)),
        };
        collection.unlock().map_err(|e| trouble_of(&e))
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, Trouble> {
        self.open()?.get(account)
    }

    fn set(&self, account: &str, key: &Secret) -> Result<(), Trouble> {
        self.open()?.set(account, key)
    }

    fn delete(&self, account: &str) -> Result<(), Trouble> {
        self.open()?.delete(account)
    }
}

/// What an error of the service means.
pub(super) fn trouble_of(error: &(dyn std::error::Error + 'static)) -> Trouble {
    match error.downcast_ref::<Error>() {
        Some(Error::Locked) => Trouble::Locked,
        Some(Error::NoResult) => Trouble::NoCollection,
        Some(Error::Prompt) => Trouble::Denied("its question was dismissed or could not be shown".into()),
        Some(Error::PromptDisconnected) => Trouble::Missing("the keychain stopped while it asked".into()),
        Some(Error::Unavailable) => Trouble::Missing("there is no session bus".into()),
        Some(Error::Crypto(reason)) => Trouble::Account((*reason).to_owned()),
        _ => bus_trouble(&error.to_string()),
    }
}

/// What an error of the bus means, by the name that the bus gives it.
fn bus_trouble(text: &str) -> Trouble {
    if ["Error.AccessDenied", "Error.AuthFailed"].iter().any(|name| text.contains(name)) {
        Trouble::Denied("the session bus forbids it".into())
    } else if text.contains("Error.IsLocked") {
        Trouble::Locked
    } else if ["Error.ServiceUnknown", "Error.NameHasNoOwner", "Error.Spawn"].iter().any(|name| text.contains(name)) {
        Trouble::Missing("no program on the session bus keeps keys".into())
    } else if text.contains("Failed to connect to address") {
        Trouble::Missing("there is no session bus".into())
    } else {
        Trouble::Missing(text.chars().take(200).collect())
    }
}

/// The service as a backend wants it.
pub(super) fn connect() -> Result<Arc<dyn Vault>, Trouble> {
    Ok(Arc::new(Service::connect()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_bus_mean_what_they_say() {
        for (text, expected) in [
            ("org.freedesktop.DBus.Error.AccessDenied: no", Trouble::Denied("the session bus forbids it".into())),
            ("org.freedesktop.Secret.Error.IsLocked: x", Trouble::Locked),
            (
                "org.freedesktop.DBus.Error.ServiceUnknown: x",
                Trouble::Missing("no program on the session bus keeps keys".into()),
            ),
            (
                "zbus error: Failed to connect to address `unix:path=/x`: No such file",
                Trouble::Missing("there is no session bus".into()),
            ),
            ("something new", Trouble::Missing("something new".into())),
        ] {
            assert_eq!(bus_trouble(text), expected, "{text}");
        }
        assert_eq!(trouble_of(&Error::Locked), Trouble::Locked);
        assert_eq!(trouble_of(&Error::NoResult), Trouble::NoCollection);
    }
}
