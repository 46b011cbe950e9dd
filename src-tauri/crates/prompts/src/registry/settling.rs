//! Settling what git could not merge: both sides are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, create_new, read_to_string, write_atomic};
use ts_rs::TS;

use super::{
    Registry, RegistryError,
    folder::Folder,
    labels::{Entry, Labels, conflict},
    lock::Lock,
};
use crate::{name::PromptName, source::Source};

/// What became of a conflict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settled {
    /// The versions of the other side whose numbers were taken, with the numbers that they have now.
    pub renumbered: Vec<Renumbered>,
    /// The labels that both sides have moved. They point to where this side has moved them.
    pub labels: Vec<LabelChoice>,
}

/// A version that has another number now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Renumbered {
    /// Its number on the other side.
    pub from: u32,
    /// Its number here.
    pub to: u32,
}

/// A label that both sides have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelChoice {
    /// The label.
    pub label: String,
    /// Where this side has moved it, and where it points.
    pub ours: u32,
    /// Where the other side has moved it, by the number that the version has here.
    pub theirs: u32,
}

impl Registry {
    /// Takes git's marks of a conflict out of a prompt's files. Versions of both sides are kept, those of the other one
    /// under new numbers where theirs are taken; where both have moved a label, it points to where this side has moved
    /// it.
    pub fn settle(&self, name: &PromptName) -> Result<Settled, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let path = folder.labels_path();
        let text = match read_to_string(&path) {
            Ok(text) => text,
            Err(FileError::NotFound { .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        let (ours, theirs) = sides(&text);
        let (mut labels, theirs) = (Labels::parse(&path, &ours)?, Labels::parse(&path, &theirs)?);

        let mut numbers = BTreeMap::new();
        let mut split = Vec::new();
        for number in folder.numbers() {
            if let Some(found) = split_version(&folder, &name, number, &labels, &theirs)? {
                numbers.insert(number, found.free);
                split.push(found);
            }
        }
        let here = |number: u32| numbers.get(&number).copied().unwrap_or(number);
        let moved = |entry: &Entry| {
            let parents = entry.parents.iter().map(|&parent| here(parent)).collect();
            Entry { parents, ..entry.clone() }
        };
        for (&number, entry) in &theirs.versions {
            if !numbers.contains_key(&number) && !labels.versions.contains_key(&number) {
                labels.record(number, moved(entry));
            }
        }
        for Split { number, free, mine, other } in split {
            // What is known of a text is what either side has recorded with its hash.
            let known = |hash| {
                let both = [labels.versions.get(&number), theirs.versions.get(&number)];
                both.into_iter().flatten().find(|entry| entry.hash == Some(hash)).cloned()
            };
            let mine_is = known(mine).unwrap_or_default();
            let other_is = known(other).as_ref().map(moved).unwrap_or_default();
            labels.record(number, Entry { hash: Some(mine), ..mine_is });
            labels.record(free, Entry { hash: Some(other), ..other_is });
        }
        let mut choices = Vec::new();
        // Where the labels are in no conflict, both sides agree on them.
        let pointers = theirs.pointers.iter().filter(|_| conflict(&text).is_some());
        for (label, &target) in pointers {
            match labels.pointers.get(label).copied() {
                None => drop(labels.point(label, here(target))),
                Some(ours) if ours != here(target) => {
                    choices.push(LabelChoice { label: label.clone(), ours, theirs: here(target) });
                }
                Some(_) => {}
            }
        }
        for label in &theirs.protected {
            labels.protect(label, true);
        }
        if conflict(&text).is_some() || !numbers.is_empty() {
            labels.write_over(&path, &text)?;
        }
        self.forget(&[name]);
        let renumbered = numbers.into_iter().map(|(from, to)| Renumbered { from, to }).collect();
        Ok(Settled { renumbered, labels: choices })
    }
}

/// A file that held two versions.
struct Split {
    number: u32,
    /// The number that the other side's version has now.
    free: u32,
    /// The hash of this side's version.
    mine: ContentHash,
    /// The hash of the other side's.
    other: ContentHash,
}

/// Makes two versions of a file that holds two; nothing when it holds one.
fn split_version(
    folder: &Folder,
    name: &PromptName,
    number: u32,
    ours: &Labels,
    theirs: &Labels,
) -> Result<Option<Split>, RegistryError> {
    let path = folder.inside(&folder.version_path(number))?;
    let Ok(text) = read_to_string(&path) else { return Ok(None) };
    if conflict(&text).is_none() {
        return Ok(None);
    }
    let (mine, other) = sides(&text);
    let read = |text: &str| {
        Source::parse(text).map_err(|error| RegistryError::Unreadable { name: name.clone(), number, error })
    };
    let (mine, other) = (read(&mine)?, read(&other)?);
    let all = folder.numbers().chain(ours.versions.keys().copied()).chain(theirs.versions.keys().copied());
    let mut free = all.max().unwrap_or(0) + 1;
    // The other side first: until this side's replaces the file, nothing is gone.
    loop {
        match create_new(&folder.version_path(free), other.to_text().as_bytes()) {
            Ok(()) => break,
            Err(FileError::Exists { .. }) => free += 1,
            Err(error) => return Err(error.into()),
        }
    }
    write_atomic(&path, mine.to_text().as_bytes())?;
    Ok(Some(Split { number, free, mine: mine.content_hash(), other: other.content_hash() }))
}

/// A text with git's marks as either side has it.
fn sides(text: &str) -> (String, String) {
    #[derive(PartialEq)]
    enum At {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let (mut ours, mut theirs) = (String::new(), String::new());
    let mut at = At::Both;
    for line in text.split_inclusive('\n') {
        let mark = |mark: &str| line.strip_prefix(mark).is_some_and(|rest| rest.starts_with([' ', '\n', '\r']));
        match at {
            At::Both if mark("<<<<<<<") => at = At::Ours,
            At::Ours if mark("|||||||") => at = At::Base,
            At::Ours | At::Base if mark("=======") => at = At::Theirs,
            At::Theirs if line.starts_with(">>>>>>>") => at = At::Both,
            At::Both => {
                ours.push_str(line);
                theirs.push_str(line);
            }
            At::Ours => ours.push_str(line),
            At::Theirs => theirs.push_str(line),
            At::Base => {}
        }
    }
    (ours, theirs)
}
