//! What moves labels, and what became of them.

use super::{
    Change, LabelChange, LabelEvent, LabelMove, Moving, Registry, RegistryError, folder::Folder, labels::Labels,
    lock::Lock,
};
use crate::name::{PromptName, check_part};

impl Registry {
    /// Points a label to a version that is there, or takes it away.
    pub fn move_label(
        &self,
        name: &PromptName,
        label: &str,
        to: Option<u32>,
        moving: Moving,
        change: &Change<'_>,
    ) -> Result<LabelMove, RegistryError> {
        check_label(label)?;
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let labels = folder.labels()?;
        self.point(&Pointing { name: &name, folder: &folder, label, to, is_back: false }, labels, moving, change)
    }

    /// Points a label to where it pointed before it was moved the last time. Doing it again goes back one more step.
    pub fn move_label_back(
        &self,
        name: &PromptName,
        label: &str,
        moving: Moving,
        change: &Change<'_>,
    ) -> Result<LabelMove, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let labels = folder.labels()?;
        let history = folder.history()?;
        let Some(to) = history.before(&labels, label) else {
            if labels.pointers.contains_key(label) || !history.changes(&labels).iter().any(|known| known.label == label)
            {
                require(&name, &labels, label)?;
            }
            return Err(RegistryError::NothingBefore { name, label: label.to_owned() });
        };
        let pointing = Pointing { name: &name, folder: &folder, label, to: Some(to), is_back: true };
        self.point(&pointing, labels, moving, change)
    }

    /// Lets a label be moved only when that is confirmed, or freely again. Says whether that is a change. A label needn't
    /// be there to be protected.
    pub fn protect_label(
        &self,
        name: &PromptName,
        label: &str,
        protected: bool,
        change: &Change<'_>,
    ) -> Result<bool, RegistryError> {
        check_label(label)?;
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let mut labels = folder.labels()?;
        if !labels.protect(label, protected) {
            return Ok(false);
        }
        self.write_labels(&name, &folder, &labels)?;
        let what = if protected { LabelEvent::Protected } else { LabelEvent::Unprotected };
        note(&folder, label, what, change)?;
        Ok(true)
    }

    /// What became of the labels of a prompt, newest first.
    pub fn label_history(&self, name: &PromptName) -> Result<Vec<LabelChange>, RegistryError> {
        let (_, folder) = self.found(name)?;
        let mut changes = folder.history()?.changes(&folder.labels()?);
        changes.reverse();
        Ok(changes)
    }

    fn point(
        &self,
        pointing: &Pointing<'_>,
        mut labels: Labels,
        moving: Moving,
        change: &Change<'_>,
    ) -> Result<LabelMove, RegistryError> {
        let &Pointing { name, folder, label, to, is_back } = pointing;
        let from = labels.pointers.get(label).copied();
        if let Some(seen) = moving.seen.filter(|seen| *seen != from) {
            return Err(RegistryError::LabelMoved { name: name.clone(), label: label.to_owned(), seen, now: from });
        }
        match to {
            // A label must not point to what would be refused.
            Some(version) => drop(super::read_version(folder, name, version)?),
            None => require(name, &labels, label)?,
        }
        let moved = LabelMove { label: label.to_owned(), from, to };
        if from == to {
            return Ok(moved);
        }
        if labels.protected.contains(label) && from.is_some() && !moving.confirmed {
            return Err(RegistryError::Protected { name: name.clone(), label: label.to_owned(), from, to });
        }
        match to {
            Some(version) => labels.point(label, version),
            None => labels.unpoint(label),
        };
        self.write_labels(name, folder, &labels)?;
        let what = if is_back { LabelEvent::Back { from, to } } else { LabelEvent::Moved { from, to } };
        note(folder, label, what, change)?;
        Ok(moved)
    }
}

/// Where a label is to point.
struct Pointing<'p> {
    name: &'p PromptName,
    folder: &'p Folder,
    label: &'p str,
    to: Option<u32>,
    /// Whether it goes back to where it pointed.
    is_back: bool,
}

fn check_label(label: &str) -> Result<(), RegistryError> {
    check_part(label, label)?;
    if label == "latest" { Err(RegistryError::LatestLabel) } else { Ok(()) }
}

fn require(name: &PromptName, labels: &Labels, label: &str) -> Result<(), RegistryError> {
    if labels.pointers.contains_key(label) {
        return Ok(());
    }
    let known = labels.pointers.keys().cloned().collect::<Vec<_>>().join(", ");
    Err(RegistryError::NoLabel { name: name.clone(), label: label.to_owned(), known })
}

/// Adds a line to the history. What is in force was written before it.
fn note(folder: &Folder, label: &str, what: LabelEvent, change: &Change<'_>) -> Result<(), RegistryError> {
    let by = change.author.trim().to_owned();
    let change = LabelChange { label: label.to_owned(), what, by, at: Some(change.at) };
    folder.history()?.add(&folder.history_path(), &change)
}
