//! Keys, wherever they are kept.

mod hints;
mod line;
mod probe;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use signalbox_domain::Secret;

use crate::{
    environment::variable_of,
    state::{KeyInfo, KeySource, KeychainError, KeychainState},
    vault::{Backend, System, Trouble, Vault},
};
use line::Line;
use probe::prove;

/// How long the keychain is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// For an ordinary question; 5 s by default.
    pub answer: Duration,
    /// For the user, when the keychain asks for a password; 2 min by default.
    pub user: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { answer: Duration::from_secs(5), user: Duration::from_mins(2) }
    }
}

/// Reads a variable of the environment.
pub type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The keys of providers. Clones are one keychain.
///
/// Keys that were read or set are remembered, so that a call doesn't wait for the keychain; `set`, `delete` and `unlock`
/// forget them. Needs a tokio runtime with time.
#[derive(Clone)]
pub struct Keychain {
    inner: Arc<Inner>,
}

struct Inner {
    line: Line,
    waits: Waits,
    environment: Box<Environment>,
    known: Mutex<Known>,
}

/// What is in memory.
#[derive(Default)]
struct Known {
    /// Keys as they were last read from the keychain or the environment.
    read: HashMap<String, (Secret, KeySource)>,
    /// Keys that live in memory only.
    kept: HashMap<String, Secret>,
    /// Whether the user chose memory.
    memory_only: bool,
    /// The keychain's name, once it has proved that it keeps keys.
    proved: Option<String>,
    /// Counts changes, so that what was read before a change isn't remembered after it.
    changes: u64,
}

/// A key with its provider and where it comes from.
type Found = (String, Secret, KeySource);

/// What came of looking for a key.
type Look = Result<Option<Found>, KeychainError>;

impl Keychain {
    /// The keychain of this operating system, with keys from the environment where it has none.
    pub fn system() -> Self {
        Self::with(Arc::new(System), Waits::default(), Box::new(|name| std::env::var(name).ok()))
    }

    /// A keychain over any backend and environment.
    pub fn with(backend: Arc<dyn Backend>, waits: Waits, environment: Box<Environment>) -> Self {
        Self { inner: Arc::new(Inner { line: Line::new(backend), waits, environment, known: Mutex::default() }) }
    }

    /// How the keychain does. It is proved by writing, reading and removing a probe, since a keychain that holds nothing
    /// looks the same as one that can't hold anything; after that only the lock is looked at. Never asks the user.
    pub async fn state(&self) -> KeychainState {
        if self.known().memory_only {
            return KeychainState::Memory;
        }
        let proved = self.known().proved.clone();
        let found = match proved {
            Some(name) => self
                .ask(None, |vault| if vault.is_locked()? { Err(Trouble::Locked) } else { Ok(()) })
                .await
                .map(|()| name),
            None => self.ask(None, prove).await,
        };
        match found {
            Ok(name) => {
                self.known().proved = Some(name.clone());
                KeychainState::Open { name }
            }
            Err(e) => state_of(&e),
        }
    }

    /// Looks at the keychain again, and has it unlocked, which may ask the user. When it opens, keys are kept in it from
    /// then on; those that are in memory stay there until they are set again or removed.
    pub async fn unlock(&self) -> KeychainState {
        self.forget();
        self.inner.line.hang_up();
        let unlock = |vault: &dyn Vault| match vault.is_locked() {
            Ok(false) => prove(vault),
            Ok(true) | Err(Trouble::NoCollection) => vault.unlock().and_then(|()| prove(vault)),
            Err(e) => Err(e),
        };
        match self.inner.line.ask(self.inner.waits.user, unlock).await {
            Ok(name) => {
                let mut known = self.known();
                known.memory_only = false;
                known.proved = Some(name.clone());
                KeychainState::Open { name }
            }
            Err(silence) => state_of(&hints::explain(None, silence)),
        }
    }

    /// Keeps keys in memory until the application ends. Only for when the user chose so.
    pub fn use_memory_until_quit(&self) -> KeychainState {
        self.forget();
        self.known().memory_only = true;
        KeychainState::Memory
    }

    /// A provider's key: from memory where the user chose that, else from the keychain, else from the environment. A
    /// keychain that fails is an error only when the environment has no key either.
    pub async fn get(&self, provider: &str) -> Result<Option<Secret>, KeychainError> {
        let found = self.find(&[provider.to_owned()]).await.pop().transpose()?;
        Ok(found.flatten().map(|(_, key, _)| key))
    }

    /// Keeps a provider's key, in place of any other.
    pub async fn set(&self, provider: &str, key: Secret) -> Result<(), KeychainError> {
        check_name(provider)?;
        if key.is_empty() {
            return Err(KeychainError::Empty);
        }
        let Some(change) = self.begin_change(provider) else {
            self.known().kept.insert(provider.to_owned(), key);
            return Ok(());
        };
        let (account, written) = (provider.to_owned(), key.clone());
        self.ask(Some(provider), move |vault| vault.set(&account, &written)).await?;
        let mut known = self.known();
        known.kept.remove(provider);
        if known.changes == change {
            known.read.insert(provider.to_owned(), (key, KeySource::Keychain));
        }
        Ok(())
    }

    /// Removes a provider's key from memory and from the keychain; one that isn't there is no error. A key in the
    /// environment stays.
    pub async fn delete(&self, provider: &str) -> Result<(), KeychainError> {
        check_name(provider)?;
        let change = self.begin_change(provider);
        self.known().kept.remove(provider);
        if change.is_some() {
            let account = provider.to_owned();
            self.ask(Some(provider), move |vault| vault.delete(&account)).await?;
        }
        Ok(())
    }

    /// What may be shown of the keys that are there, in the order of `providers`. Those that can't be read are left out;
    /// [`Keychain::state`] says why.
    pub async fn list(&self, providers: &[String]) -> Vec<KeyInfo> {
        let found = self.find(providers).await.into_iter().flatten().flatten();
        found.map(|(provider, key, source)| KeyInfo { provider, last_four: key.last_four(), source }).collect()
    }

    /// Looks for keys, with one question to the keychain for all that aren't known.
    async fn find(&self, providers: &[String]) -> Vec<Look> {
        let (mut found, asked, change) = self.recall(providers);
        let answers = self.read(&asked).await;
        let mut known = self.known();
        for ((index, provider), answer) in asked.into_iter().zip(answers) {
            let key = match answer {
                Ok(Some(key)) => Ok(Some((key, KeySource::Keychain))),
                Ok(None) => Ok(self.in_environment(&provider)),
                // The keychain comes first, but it needn't be there.
                Err(e) => self.in_environment(&provider).map(Some).ok_or(e),
            };
            found[index] = key.map(|key| {
                let (key, source) = key?;
                if known.changes == change {
                    known.read.insert(provider.clone(), (key.clone(), source));
                }
                Some((provider, key, source))
            });
        }
        found
    }

    /// What is in memory, which providers (with their places in the list) are not, and the number of changes so far.
    fn recall(&self, providers: &[String]) -> (Vec<Look>, Vec<(usize, String)>, u64) {
        let known = self.known();
        let mut unknown = Vec::new();
        let found = providers.iter().enumerate().map(|(index, provider)| {
            check_name(provider)?;
            let kept = known.kept.get(provider).map(|key| (key.clone(), KeySource::Memory));
            let remembered = kept.or_else(|| known.read.get(provider).cloned());
            if remembered.is_none() {
                unknown.push((index, provider.clone()));
            }
            Ok(remembered.map(|(key, source)| (provider.clone(), key, source)))
        });
        (found.collect(), unknown, known.changes)
    }

    /// Asks the keychain for keys, unless the user chose memory.
    async fn read(&self, providers: &[(usize, String)]) -> Vec<Result<Option<Secret>, KeychainError>> {
        if providers.is_empty() || self.known().memory_only {
            return providers.iter().map(|_| Ok(None)).collect();
        }
        let accounts: Vec<String> = providers.iter().map(|(_, provider)| provider.clone()).collect();
        let answers = self.ask(None, move |vault| {
            let get = |account: &String| match vault.get(account) {
                // The others may still be fine.
                Err(Trouble::Account(reason)) => Ok(Err(reason)),
                other => other.map(Ok),
            };
            accounts.iter().map(get).collect::<Result<Vec<_>, Trouble>>()
        });
        match answers.await {
            Ok(answers) => answers
                .into_iter()
                .zip(providers)
                .map(|(answer, (_, provider))| {
                    answer.map_err(|reason| KeychainError::Key { provider: provider.clone(), reason })
                })
                .collect(),
            Err(e) => providers.iter().map(|_| Err(e.clone())).collect(),
        }
    }

    fn in_environment(&self, provider: &str) -> Option<(Secret, KeySource)> {
        let key = Secret::new((self.inner.environment)(&variable_of(provider))?);
        (!key.is_empty()).then_some((key, KeySource::Environment))
    }

    async fn ask<T: Send + 'static>(
        &self,
        provider: Option<&str>,
        question: impl Fn(&dyn Vault) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let answer = self.inner.line.ask(self.inner.waits.answer, question).await;
        answer.map_err(|silence| {
            let error = hints::explain(provider, silence);
            tracing::warn!(%error, "the keychain failed");
            if error.state().is_some() {
                // It must prove itself again.
                self.known().proved = None;
            }
            error
        })
    }

    /// Forgets what was read of a provider before it changes. None when the change is to stay in memory.
    fn begin_change(&self, provider: &str) -> Option<u64> {
        let mut known = self.known();
        known.changes += 1;
        known.read.remove(provider);
        (!known.memory_only).then_some(known.changes)
    }

    /// Forgets everything that can be read again.
    fn forget(&self) {
        let mut known = self.known();
        known.changes += 1;
        known.read.clear();
        known.proved = None;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keychain").finish_non_exhaustive()
    }
}

/// The state that an error shows.
fn state_of(error: &KeychainError) -> KeychainState {
    error.state().unwrap_or_else(|| KeychainState::Missing { hint: error.to_string() })
}

/// Refuses what no keychain would take as a name.
fn check_name(provider: &str) -> Result<(), KeychainError> {
    let fine = !provider.is_empty()
        && provider.chars().count() <= 200
        && !provider.starts_with('.')
        && !provider.chars().any(char::is_control);
    if fine { Ok(()) } else { Err(KeychainError::BadName) }
}

#[cfg(test)]
mod tests;
