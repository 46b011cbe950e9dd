//! Whether a keychain really keeps what it is given.

use std::sync::atomic::{AtomicU64, Ordering};

use signalbox_domain::Secret;

use crate::vault::{Trouble, Vault};

/// Writes, reads and removes a probe. Returns the keychain's name.
pub(super) fn prove(vault: &dyn Vault) -> Result<String, Trouble> {
    // Two probes at the same time must not remove one another's.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    if vault.is_locked()? {
        return Err(Trouble::Locked);
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // No provider's name begins with a dot.
    let account = format!(".probe-{}-{number}", std::process::id());
    let probe = Secret::new(format!("probe {number}"));
    vault.set(&account, &probe)?;
    let found = vault.get(&account)?;
    vault.delete(&account)?;
    match found {
        Some(found) if found.expose() == probe.expose() => Ok(vault.name()),
        Some(_) => Err(Trouble::Missing("it gives back something else than it was given".into())),
        None => Err(Trouble::Missing("it forgets what it is given".into())),
    }
}
