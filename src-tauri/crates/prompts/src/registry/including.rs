//! The registry as the place where included prompts are found.
//!
//! A copy of every version that another one takes in lies below `.included`, named by its hash and shared like the
//! prompts themselves. So a version can be rendered although a prompt that it includes was renamed or deleted.

use std::{fs, path::PathBuf};

use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, confine, create_new, read_to_string, write_atomic};

use super::{Registry, RegistryError, Selector, folder::Folder};
use crate::{
    includes::{IncludeProblem, Included, Includes, Pin, Target},
    name::PromptName,
    source::Source,
};

/// The folder below the root.
const KEPT: &str = ".included";

impl Includes for Registry {
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Included, IncludeProblem> {
        let version = Self::resolve(self, name, selector).map_err(|error| {
            IncludeProblem::unusable(&Target::new(name.clone(), selector.clone()), error.to_string())
        })?;
        let (version, name, source) = (version.info, version.name, version.source);
        Ok(Included { name, version: version.number, hash: version.hash, source })
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        let included = |name: PromptName, version, source| Included { name, version, hash: pin.hash, source };
        if let Some(source) = self.kept(pin.hash) {
            return Ok(included(pin.prompt.name().clone(), pin.version, source));
        }
        let found = self.among_versions(pin);
        found
            .map(|(name, version, source)| included(name, version, source))
            .map_err(|reason| IncludeProblem::unusable(&pin.prompt, reason))
    }
}

impl Registry {
    /// Keeps a copy of every included version.
    pub(super) fn keep_included(&self, included: &[Included]) -> Result<(), RegistryError> {
        for Included { hash, source, .. } in included {
            let path = self.kept_path(*hash)?;
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
            }
            let text = source.to_text();
            match create_new(&path, text.as_bytes()) {
                // A copy that somebody has changed is no copy.
                Err(FileError::Exists { .. }) if self.kept(*hash).is_none() => write_atomic(&path, text.as_bytes())?,
                Ok(()) | Err(FileError::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The copy with a hash, if it is there and is what it should be.
    fn kept(&self, hash: ContentHash) -> Option<Source> {
        let text = read_to_string(&self.kept_path(hash).ok()?).ok()?;
        Source::parse(&text).ok().filter(|source| source.content_hash() == hash)
    }

    fn kept_path(&self, hash: ContentHash) -> Result<PathBuf, FileError> {
        let name = hash.to_string().replace("b3:", "");
        confine(&self.root, PathBuf::from(KEPT).join(name + ".prompty"))
    }

    /// The version with the pinned hash in its prompt's own folder, whatever its number is there.
    fn among_versions(&self, pin: &Pin) -> Result<(PromptName, u32, Source), String> {
        let (name, folder) = self.found(pin.prompt.name()).map_err(|error| error.to_string())?;
        let of = |number| folder.source(&name, number).ok().filter(|(_, hash)| *hash == pin.hash);
        if let Some((source, _)) = of(pin.version) {
            return Ok((name, pin.version, source));
        }
        let moved = folder.numbers().find_map(|number| Some((number, of(number)?.0)));
        match moved {
            Some((number, source)) => Ok((name, number, source)),
            None => Err(changed(&name, &folder, pin)),
        }
    }
}

/// Why no version is the one that was frozen.
fn changed(name: &PromptName, folder: &Folder, pin: &Pin) -> String {
    match folder.source(name, pin.version) {
        Ok((_, found)) => format!(
            "version {} of {name} was changed since: its hash is {found}, and {} was frozen; bring the file back, or save \
             the text as a new version",
            pin.version, pin.hash
        ),
        Err(error) => error.to_string(),
    }
}
