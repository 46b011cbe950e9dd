//! A keychain that does whatever a test wants.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use signalbox_domain::Secret;
use tokio::sync::Notify;

use crate::vault::{Backend, Trouble, Vault};

/// How a fake behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Open,
    Locked,
    Missing,
    Denied,
    NoCollection,
    /// It takes keys and gives none back.
    Forgets,
    /// It answers nothing until its mood changes.
    Hangs,
    Panics,
    /// It refuses every write.
    Full,
}

#[derive(Clone)]
pub(super) struct Fake {
    shared: Arc<Shared>,
    /// How often it had been started when this connection was made.
    since: usize,
}

struct Shared {
    inside: Mutex<Inside>,
    changed: Condvar,
}

struct Inside {
    mood: Mood,
    starts: usize,
    keys: BTreeMap<String, String>,
    log: Vec<&'static str>,
    held: Option<(&'static str, Arc<Notify>)>,
}

/// Holds one method of a fake until it is opened.
pub(super) struct Gate {
    fake: Fake,
    reached: Arc<Notify>,
}

impl Gate {
    /// Waits until the method is called.
    pub(super) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets it go on.
    pub(super) fn open(self) {
        self.fake.inside().held = None;
        self.fake.shared.changed.notify_all();
    }
}

impl Fake {
    pub(super) fn new(mood: Mood) -> Self {
        let inside = Inside { mood, starts: 0, keys: BTreeMap::new(), log: Vec::new(), held: None };
        Self { shared: Arc::new(Shared { inside: Mutex::new(inside), changed: Condvar::new() }), since: 0 }
    }

    /// Starts it anew: connections made before don't work any longer.
    pub(super) fn restart(&self) {
        self.inside().starts += 1;
    }

    /// How long a keychain over it should wait: long enough for a slow machine unless it hangs anyway.
    pub(super) fn answer_ms(&self) -> u64 {
        if self.inside().mood == Mood::Hangs { 50 } else { 20_000 }
    }

    pub(super) fn become_(&self, mood: Mood) {
        self.inside().mood = mood;
        self.shared.changed.notify_all();
    }

    pub(super) fn hold(&self, method: &'static str) -> Gate {
        let reached = Arc::new(Notify::new());
        self.inside().held = Some((method, reached.clone()));
        Gate { fake: self.clone(), reached }
    }

    pub(super) fn put(&self, account: &str, key: &str) {
        self.inside().keys.insert(account.to_owned(), key.to_owned());
    }

    pub(super) fn accounts(&self) -> Vec<String> {
        self.inside().keys.keys().cloned().collect()
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.inside().log.iter().filter(|m| **m == method).count()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.shared.inside.lock().unwrap()
    }

    /// Notes a call, and waits while the mood is to hang.
    fn enter(&self, method: &'static str) -> MutexGuard<'_, Inside> {
        let mut inside = self.inside();
        inside.log.push(method);
        while inside.mood == Mood::Hangs {
            inside = self.shared.changed.wait(inside).unwrap();
        }
        inside
    }

    /// The same for what needs an open keychain.
    fn use_it(&self, method: &'static str) -> Result<MutexGuard<'_, Inside>, Trouble> {
        let inside = self.enter(method);
        match inside.mood {
            Mood::Locked => Err(Trouble::Locked),
            Mood::NoCollection => Err(Trouble::NoCollection),
            Mood::Denied => Err(Trouble::Denied("no such luck".into())),
            Mood::Missing => Err(Trouble::Missing("no bus today".into())),
            _ if inside.starts != self.since => Err(Trouble::Missing("no such session".into())),
            _ => Ok(inside),
        }
    }
}

impl Backend for Fake {
    fn connect(&self) -> Result<Arc<dyn Vault>, Trouble> {
        let inside = self.enter("connect");
        if inside.mood == Mood::Missing {
            return Err(Trouble::Missing("no bus today".into()));
        }
        Ok(Arc::new(Self { since: inside.starts, ..self.clone() }))
    }
}

impl Vault for Fake {
    fn name(&self) -> String {
        "Fake".to_owned()
    }

    fn is_locked(&self) -> Result<bool, Trouble> {
        let mood = self.enter("is_locked").mood;
        assert!(mood != Mood::Panics, "a keychain that panics");
        match mood {
            Mood::Locked => Ok(true),
            _ => self.use_it("is_open").map(|_| false),
        }
    }

    fn unlock(&self) -> Result<(), Trouble> {
        self.enter("unlock").mood = Mood::Open;
        Ok(())
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, Trouble> {
        let mut inside = self.use_it("get")?;
        let key = inside.keys.get(account).filter(|_| inside.mood != Mood::Forgets).cloned();
        if let Some((_, reached)) = inside.held.clone().filter(|(method, _)| *method == "get") {
            reached.notify_one();
            while inside.held.is_some() {
                inside = self.shared.changed.wait(inside).unwrap();
            }
        }
        if key.as_deref() == Some("not text") {
            return Err(Trouble::Account("what the keychain holds is not text".into()));
        }
        Ok(key.map(Secret::new))
    }

    fn set(&self, account: &str, key: &Secret) -> Result<(), Trouble> {
        let mut inside = self.use_it("set")?;
        assert!(inside.mood != Mood::Panics, "a keychain that panics");
        if inside.mood == Mood::Full {
            return Err(Trouble::Account("there is no room for it".into()));
        }
        inside.keys.insert(account.to_owned(), key.expose().to_owned());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), Trouble> {
        self.use_it("delete")?.keys.remove(account);
        Ok(())
    }
}
