//! `redirects.toml`: the names that prompts had, so that whoever uses an old one still finds them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use signalbox_workspace::{FileError, confine, read_to_string, write_atomic};
use toml_edit::{DocumentMut, Item, Table, value};

use super::{Registry, RegistryError, lock::Lock};
use crate::name::PromptName;

const FILE: &str = "redirects.toml";
const TABLE: &str = "redirects";

/// How many redirects are followed. Each rename makes those before it point to the new name, so one is usual.
const MOST_HOPS: usize = 16;

impl Registry {
    /// The name that a prompt has now, when it was renamed and nobody has taken its old name.
    pub fn renamed(&self, name: &PromptName) -> Result<Option<PromptName>, RegistryError> {
        let redirects = self.redirects()?;
        let mut now = name;
        for _ in 0..MOST_HOPS {
            match redirects.get(now) {
                Some(next) => now = next,
                None => break,
            }
        }
        Ok(Some(now).filter(|now| *now != name).cloned())
    }

    /// Every old name with the name that it stands for.
    pub fn redirects(&self) -> Result<BTreeMap<PromptName, PromptName>, RegistryError> {
        Ok(read(&self.redirects_text()?))
    }

    /// The names that a prompt had before.
    pub fn former_names(&self, name: &PromptName) -> Result<Vec<PromptName>, RegistryError> {
        let redirects = self.redirects()?;
        Ok(redirects.into_iter().filter(|(_, to)| to == name).map(|(from, _)| from).collect())
    }

    /// Lets an old name lead to a prompt that is there, or nowhere. A name that is in use leads nowhere else.
    pub fn set_redirect(&self, from: &PromptName, to: Option<&PromptName>) -> Result<(), RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let text = self.redirects_text()?;
        let mut redirects = read(&text);
        let before = redirects.clone();
        match to {
            None => drop(redirects.remove(from)),
            Some(to) => {
                self.refuse_existing(from)?;
                redirects.insert(from.clone(), self.folder(to).map(|_| to.clone())?);
            }
        }
        if redirects == before { Ok(()) } else { self.write_redirects(&text, &redirects) }
    }

    /// Lets an old name lead to a new one, and all that led to the old one. Gives the file as it was before.
    pub(super) fn redirect(&self, from: &PromptName, to: &PromptName) -> Result<String, RegistryError> {
        let text = self.redirects_text()?;
        let mut redirects = read(&text);
        for target in redirects.values_mut().filter(|target| *target == from) {
            target.clone_from(to);
        }
        redirects.insert(from.clone(), to.clone());
        // A name that is in use leads nowhere else.
        redirects.remove(to);
        self.write_redirects(&text, &redirects)?;
        Ok(text)
    }

    /// Brings the file back as it was.
    pub(super) fn restore_redirects(&self, before: &str) -> Result<(), RegistryError> {
        let path = self.redirects_path()?;
        if before.is_empty() {
            return fs::remove_file(&path).map_err(|error| FileError::new(&path, error).into());
        }
        Ok(write_atomic(&path, before.as_bytes())?)
    }

    /// Lets a name that is taken anew lead nowhere.
    pub(super) fn end_redirect(&self, name: &PromptName) -> Result<(), RegistryError> {
        let text = self.redirects_text()?;
        let mut redirects = read(&text);
        if redirects.remove(name).is_some() {
            self.write_redirects(&text, &redirects)?;
        }
        Ok(())
    }

    /// The file, unless it is a link out of the folder.
    fn redirects_path(&self) -> Result<PathBuf, FileError> {
        confine(&self.root, FILE)
    }

    fn redirects_text(&self) -> Result<String, RegistryError> {
        match read_to_string(&self.redirects_path()?) {
            Ok(text) => Ok(text),
            Err(FileError::NotFound { .. }) => Ok(String::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the table in the order of the names, so that two people rarely change the same line.
    fn write_redirects(&self, before: &str, redirects: &BTreeMap<PromptName, PromptName>) -> Result<(), RegistryError> {
        let path = self.redirects_path()?;
        let wrong =
            |line, message: &str| RegistryError::Labels { path: path.clone(), line, message: message.to_owned() };
        let mut file: DocumentMut = before.parse().map_err(|error: toml_edit::TomlError| {
            let at = error.span().map_or(0, |span| span.start);
            let line = before.get(..at).unwrap_or_default().matches('\n').count() + 1;
            wrong(line, error.message().lines().next().unwrap_or("it isn't TOML"))
        })?;
        let mut table = Table::new();
        for (from, to) in redirects {
            table.insert(from.as_str(), value(to.as_str()));
        }
        file.insert(TABLE, Item::Table(table));
        Ok(write_atomic(&path, file.to_string().as_bytes())?)
    }
}

/// Reads line by line as much as can be read: a mark that git left between two lines must not lose any name.
fn read(text: &str) -> BTreeMap<PromptName, PromptName> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let Ok(line) = line.parse::<DocumentMut>() else { continue };
        for (from, to) in line.iter() {
            let to = to.as_str().and_then(|to| PromptName::new(to).ok());
            if let (Ok(from), Some(to)) = (PromptName::new(from), to) {
                found.insert(from, to);
            }
        }
    }
    found
}
