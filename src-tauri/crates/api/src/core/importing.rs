//! Prompts from other tools. An import adds prompts, versions, labels and test values, and overwrites none of them.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use signalbox_domain::ContentHash;
use signalbox_prompts::{
    Change, Format, Imported, Loss, LossKind, Moving, PromptName, Registry, RegistryError, SavedValues,
    formats::{Found, import_files, import_path, may_be},
};

use super::{Core, prompts::author, start::blocking};
use crate::{
    ApiError, Code,
    types::{ImportOutcome, ImportRow, PromptImport, PromptImports},
};

/// What is to become of what was found.
#[derive(Debug, Clone, Default)]
pub struct ImportTarget {
    /// A folder of prompts with a `/` at its end, or a name for a single prompt.
    pub into: Option<String>,
    /// Whether a prompt whose name is taken gets another name, and not a version there.
    pub rename: bool,
}

impl Core {
    /// What importing files of other tools would do.
    pub async fn prompt_import_preview(&self, request: PromptImport) -> Result<PromptImports, ApiError> {
        let (found, target) = self.read(request).await?;
        self.registry(move |registry| plan(registry, found, &target)).await
    }

    /// Imports prompts from files of other tools.
    pub async fn prompt_import(&self, request: PromptImport) -> Result<PromptImports, ApiError> {
        let (found, target) = self.read(request).await?;
        self.import(found, target).await
    }

    /// The same for files and folders on disk.
    pub async fn prompt_import_from(
        &self,
        paths: Vec<PathBuf>,
        format: Option<Format>,
        target: ImportTarget,
        dry_run: bool,
    ) -> Result<PromptImports, ApiError> {
        let found = blocking(move || read_paths(Found::default(), &paths, format)).await?;
        if dry_run {
            return self.registry(move |registry| plan(registry, found, &target)).await;
        }
        self.import(found, target).await
    }

    async fn read(&self, request: PromptImport) -> Result<(Found, ImportTarget), ApiError> {
        let PromptImport { files, paths, format, into, rename } = request;
        let files: Vec<(String, String)> = files.into_iter().map(|file| (file.path, file.text)).collect();
        let paths: Vec<PathBuf> = paths.iter().map(|path| meant(path, self.workspace.root())).collect();
        for path in &paths {
            may_be_shown(path, &self.home)?;
        }
        let found = blocking(move || read_paths(import_files(&files, format), &paths, format)).await?;
        Ok((found, ImportTarget { into, rename }))
    }

    async fn import(&self, found: Found, target: ImportTarget) -> Result<PromptImports, ApiError> {
        let at = self.clock.now();
        let done = self
            .registry(move |registry| {
                let mut planned = plan(registry, found, &target)?;
                for row in &mut planned.prompts {
                    apply(registry, row, at)?;
                }
                Ok(planned)
            })
            .await?;
        let changed = done.prompts.iter().filter(|row| row.outcome != ImportOutcome::Unchanged);
        let names: HashSet<String> = changed.map(|row| row.prompt.to_string()).collect();
        if !names.is_empty() {
            self.changed(names);
        }
        Ok(done)
    }
}

/// Adds what files and folders hold.
fn read_paths(mut all: Found, paths: &[PathBuf], format: Option<Format>) -> Result<Found, ApiError> {
    for path in paths {
        let found = import_path(path, format)?;
        all.prompts.extend(found.prompts);
        all.unread.extend(found.unread);
    }
    Ok(all)
}

/// Refuses paths that a page names and that hold no prompt of anybody: what is read is shown there. A file must have the name
/// of one that a prompt can be in, and neither the system's own files nor what Signalbox keeps can be imported.
fn may_be_shown(path: &Path, home: &Path) -> Result<(), ApiError> {
    // What isn't there is told by whoever reads it.
    let Ok(real) = path.canonicalize() else { return Ok(()) };
    let kept = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let closed = ["/proc", "/sys", "/dev", "/run"].iter().map(Path::new).chain([kept.as_path()]);
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_prompt = real.is_dir() || (real.is_file() && may_be(&name));
    if is_prompt && !closed.into_iter().any(|closed| real.starts_with(closed)) {
        return Ok(());
    }
    Err(ApiError::new(Code::Invalid, format!("{} is no file that a prompt can be in", path.display()))
        .with_hint("Choose a .prompt, .prompty, .yaml, .json or .jsonl file, or a folder of them"))
}

/// The path that somebody means who types it: `~` is the user's own folder, and what doesn't begin at the root begins at
/// the workspace. Quotes that were copied with it are no part of it.
fn meant(typed: &str, workspace: &Path) -> PathBuf {
    let typed = typed.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| typed.strip_prefix(quote)?.strip_suffix(quote));
    let path = quoted.unwrap_or(typed);
    let path = path.strip_prefix("file://").unwrap_or(path);
    match (path.strip_prefix('~'), home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            home.join(rest.trim_start_matches(['/', '\\']))
        }
        _ => workspace.join(path),
    }
}

/// The user's own folder.
fn home() -> Option<PathBuf> {
    directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

/// A prompt as it will be when everything before in the import is done.
struct Known {
    hashes: Vec<(ContentHash, u32)>,
    next: u32,
}

impl Known {
    fn read(registry: &Registry, name: &PromptName) -> Result<Self, ApiError> {
        match registry.get(name) {
            Ok(prompt) => Ok(Self {
                next: prompt.versions.iter().map(|version| version.number).max().unwrap_or(0) + 1,
                hashes: prompt.versions.iter().map(|version| (version.hash, version.number)).collect(),
            }),
            Err(RegistryError::NotFound { .. }) => Ok(Self { next: 1, hashes: Vec::new() }),
            Err(error) => Err(error.into()),
        }
    }

    /// What becomes of a text, and the version that has it.
    fn add(&mut self, hash: ContentHash) -> (ImportOutcome, u32) {
        if let Some((_, number)) = self.hashes.iter().find(|(known, _)| *known == hash) {
            return (ImportOutcome::Unchanged, *number);
        }
        let number = self.next;
        self.next += 1;
        self.hashes.push((hash, number));
        (if number == 1 { ImportOutcome::New } else { ImportOutcome::Version }, number)
    }
}

/// Finds the prompt of every text, and what becomes of it there.
fn plan(registry: &Registry, found: Found, target: &ImportTarget) -> Result<PromptImports, ApiError> {
    let mut taken: HashMap<String, PromptName> =
        registry.list()?.into_iter().map(|summary| (summary.name.as_str().to_lowercase(), summary.name)).collect();
    let names: HashSet<&PromptName> = found.prompts.iter().map(|imported| &imported.name).collect();
    let is_single = names.len() == 1;
    // The versions of one prompt stay together; what only has the same name doesn't.
    let mut given: HashMap<(String, PromptName), PromptName> = HashMap::new();
    let mut known: HashMap<PromptName, Known> = HashMap::new();
    let mut rows = Vec::new();
    for imported in found.prompts {
        let key = (group(&imported), imported.name.clone());
        let name = if let Some(name) = given.get(&key) {
            name.clone()
        } else {
            let wanted = named(&imported.name, target.into.as_deref(), is_single)?;
            let name = match taken.get(&wanted.as_str().to_lowercase()) {
                None => wanted,
                Some(there) if *there == wanted && !known.contains_key(there) && !target.rename => wanted,
                Some(_) => free(&wanted, &taken)?,
            };
            taken.insert(name.as_str().to_lowercase(), name.clone());
            known.insert(name.clone(), Known::read(registry, &name)?);
            given.insert(key, name.clone());
            name
        };
        let Some(now) = known.get_mut(&name) else { continue };
        let (outcome, version) = now.add(imported.source.content_hash());
        rows.push(ImportRow { imported, prompt: name, outcome, version });
    }
    Ok(PromptImports { prompts: rows, unread: found.unread })
}

/// What keeps the versions of one prompt together: prompts of Langfuse have names of their own, versions of Signalbox lie
/// in one folder, and everything else is one prompt a file.
fn group(imported: &Imported) -> String {
    let in_folder = imported.file.rsplit_once('/').is_some_and(|(folder, _)| folder == imported.name.as_str());
    match imported.format {
        Format::Langfuse => "langfuse".to_owned(),
        Format::Prompty if in_folder => "versions".to_owned(),
        _ => imported.file.clone(),
    }
}

fn named(suggested: &PromptName, into: Option<&str>, is_single: bool) -> Result<PromptName, ApiError> {
    Ok(match into {
        None | Some("" | "/") => suggested.clone(),
        Some(into) => match into.strip_suffix('/') {
            Some(folder) => PromptName::new(&format!("{folder}/{suggested}"))?,
            None if is_single => PromptName::new(into)?,
            None => PromptName::new(&format!("{into}/{suggested}"))?,
        },
    })
}

/// A name that no prompt has.
fn free(wanted: &PromptName, taken: &HashMap<String, PromptName>) -> Result<PromptName, ApiError> {
    let mut number = 2_u32;
    loop {
        let name = PromptName::new(&format!("{wanted}-{number}"))?;
        if !taken.contains_key(&name.as_str().to_lowercase()) {
            return Ok(name);
        }
        number += 1;
    }
}

/// Does what is planned for one prompt.
fn apply(registry: &Registry, row: &mut ImportRow, at: Timestamp) -> Result<(), ApiError> {
    let Imported { file, source, values, labels, message, losses, .. } = &mut row.imported;
    let message = message.clone().unwrap_or_else(|| format!("Imported from {file}"));
    match row.outcome {
        ImportOutcome::New => row.version = registry.create(&row.prompt, source, &message, &author(), at)?.number,
        ImportOutcome::Version => {
            let saved = registry.save(&row.prompt, source, &message, &author(), at)?;
            row.version = saved.version.number;
        }
        ImportOutcome::Unchanged => {}
    }
    let mut tell = |part: String, what: String, advice: &str| {
        losses.push(Loss {
            file: file.clone(),
            part,
            line: None,
            kind: LossKind::LeftOut,
            what,
            advice: advice.to_owned(),
        });
    };
    let there = registry.get(&row.prompt)?;
    for label in labels {
        match there.summary.labels.iter().find(|known| known.label == *label) {
            Some(known) if known.version == row.version => {}
            Some(known) => tell(
                format!("labels.{label}"),
                format!("the label {label}, which stays at #{}", known.version),
                "move it when you have looked at the new version",
            ),
            None => {
                let change = Change { message: &message, author: &author(), at };
                // Nobody has pointed it elsewhere meanwhile, or it stays there.
                let moving = Moving { confirmed: false, seen: Some(None) };
                if let Err(error) = registry.move_label(&row.prompt, label, Some(row.version), moving, &change) {
                    tell(format!("labels.{label}"), error.to_string(), "set another label");
                }
            }
        }
    }
    if !values.is_empty() {
        let (sets, added) = merged(&there.values, values);
        if let Some(problem) = &there.values_problem {
            tell("values".to_owned(), format!("the test values: {problem}"), "mend values.yaml and import again");
        } else if added {
            registry.save_values(&row.prompt, &sets, there.values_hash)?;
        }
    }
    Ok(())
}

/// Both sets of test values, and whether there are new ones. One whose name is taken by other values gets a number.
fn merged(there: &[SavedValues], more: &[SavedValues]) -> (Vec<SavedValues>, bool) {
    let mut sets = there.to_vec();
    for set in more {
        if sets.iter().any(|known| known.values == set.values) {
            continue;
        }
        let names = std::iter::once(set.name.clone()).chain((2_u32..).map(|number| format!("{} ({number})", set.name)));
        let name = { names }.find(|name| !sets.iter().any(|known| known.name == *name)).unwrap_or_default();
        sets.push(SavedValues { name, values: set.values.clone() });
    }
    let added = sets.len() > there.len();
    (sets, added)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{home, meant};

    #[test]
    fn a_typed_path_is_what_a_person_means_by_it() {
        let home = home().unwrap_or_default();
        let cases = [
            ("/a/b.yaml", PathBuf::from("/a/b.yaml")),
            (" \"/a b/c.yaml\" ", PathBuf::from("/a b/c.yaml")),
            ("file:///a/b.yaml", PathBuf::from("/a/b.yaml")),
            ("~/b.yaml", home.join("b.yaml")),
            ("~", home),
            ("~b.yaml", PathBuf::from("/ws/~b.yaml")),
            ("old/b.yaml", PathBuf::from("/ws/old/b.yaml")),
        ];
        for (typed, path) in cases {
            assert_eq!(meant(typed, Path::new("/ws")), path, "{typed}");
        }
    }
}
