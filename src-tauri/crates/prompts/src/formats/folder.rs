//! Prompts of other tools on disk: one file, or a folder with everything below it.

use std::{
    fs,
    io::Read,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use signalbox_workspace::{FileError, confine};
use ts_rs::TS;

use super::{
    Format, FormatError, Imported,
    table::{detect, import_text, may_be},
};

/// The largest file that is read, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// The most files that are looked into.
const MOST_FILES: usize = 20_000;

/// How deep folders are followed.
const DEEPEST: usize = 32;

/// A file that couldn't be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Unread {
    /// The file, from the folder that was imported.
    pub file: String,
    /// Why, and what to do.
    pub message: String,
}

/// What a file or a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Found {
    /// The prompts, by file and in the order of each file.
    pub prompts: Vec<Imported>,
    /// What couldn't be read.
    pub unread: Vec<Unread>,
}

/// Reads the prompts of a file, or of every file below a folder. A link out of the folder is refused. Files that are no
/// prompts are passed over, unless `format` says what they are or the file itself was named.
pub fn import_path(path: &Path, format: Option<Format>) -> Result<Found, FormatError> {
    let path = path.canonicalize().map_err(|error| unreadable(path, &error))?;
    let mut found = Found::default();
    if path.is_file() {
        let root = path.parent().unwrap_or(&path).to_owned();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if let Err(error) = import_file(&root, &file, format, true, &mut found) {
            found.unread.push(Unread { file, message: error.to_string() });
        }
        return Ok(found);
    }
    let mut files = Vec::new();
    walk(&path, "", 0, &mut files, &mut found.unread)?;
    files.sort_by_cached_key(|file| natural(file));
    for file in files {
        if let Err(error) = import_file(&path, &file, format, false, &mut found) {
            found.unread.push(Unread { file, message: error.to_string() });
        }
    }
    found.unread.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(found)
}

fn import_file(
    root: &Path,
    file: &str,
    format: Option<Format>,
    is_named: bool,
    found: &mut Found,
) -> Result<(), FormatError> {
    let text = read(&root.join(file))?;
    let Some(format) = format.or_else(|| detect(file, &text)) else {
        return if is_named { Err(FormatError::Unknown) } else { Ok(()) };
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let near = |path: &str| -> Result<String, FormatError> {
        let inside = normal(folder, path).ok_or_else(|| FormatError::Outside { path: path.to_owned() })?;
        // A file that somebody else wrote must not bring in keys and settings of whoever imports it.
        if inside.iter().any(|part| part.as_encoded_bytes().starts_with(b".")) {
            return Err(FormatError::Hidden { path: path.to_owned() });
        }
        match confine(root, &inside) {
            Ok(full) if full.is_file() => read(&full),
            Ok(_) => Err(FormatError::Missing { path: path.to_owned() }),
            Err(FileError::Outside { .. }) => Err(FormatError::Outside { path: path.to_owned() }),
            Err(error) => Err(FormatError::Unreadable { path: path.to_owned(), message: error.to_string() }),
        }
    };
    found.prompts.extend(import_text(format, file, &text, &near)?);
    Ok(())
}

/// A path from a folder, without steps outwards; nothing when it leads out of the root.
fn normal(folder: &str, path: &str) -> Option<PathBuf> {
    let mut parts: Vec<&std::ffi::OsStr> = Path::new(folder).iter().collect();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.into_iter().collect())
}

/// The files below a folder that may be prompts.
fn walk(
    root: &Path,
    below: &str,
    depth: usize,
    files: &mut Vec<String>,
    unread: &mut Vec<Unread>,
) -> Result<(), FormatError> {
    let folder = root.join(below);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        // One folder that is closed is no reason to leave out the others.
        Err(error) if !below.is_empty() => {
            let message = unreadable(&folder, &error).to_string();
            unread.push(Unread { file: below.to_owned(), message });
            return Ok(());
        }
        Err(error) => return Err(unreadable(&folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(&folder, &error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        let file = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if kind.is_symlink() {
            // A link to something inside is found where it is.
            let inside = entry.path().canonicalize().is_ok_and(|real| real.starts_with(root));
            if !inside {
                let message = FormatError::Outside { path: file.clone() }.to_string();
                unread.push(Unread { file, message });
            }
        } else if kind.is_dir() && depth < DEEPEST {
            walk(root, &file, depth + 1, files, unread)?;
        } else if kind.is_file() && may_be(&name) && !is_partial(&name) && files.len() < MOST_FILES {
            files.push(file);
        }
    }
    Ok(())
}

/// Dotprompt's templates that are only put into others.
fn is_partial(name: &str) -> bool {
    name.starts_with('_') && name.ends_with(".prompt")
}

/// Text in an order in which `10` comes after `9`.
fn natural(file: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let word = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, behind) = rest.split_at_checked(word).unwrap_or((rest, ""));
        let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let (number, behind) = behind.split_at_checked(digits).unwrap_or((behind, ""));
        parts.push((0, text.to_owned()));
        parts.push((number.parse().unwrap_or(u64::MAX), number.to_owned()));
        rest = behind;
    }
    parts
}

fn read(path: &Path) -> Result<String, FormatError> {
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() > LARGEST {
        return Err(FormatError::TooLarge { most: LARGEST });
    }
    String::from_utf8(bytes).map_err(|error| FormatError::Encoding { at: error.utf8_error().valid_up_to() })
}

fn unreadable(path: &Path, error: &std::io::Error) -> FormatError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return FormatError::Missing { path: path.display().to_string() };
    }
    FormatError::Unreadable { path: path.display().to_string(), message: error.to_string() }
}

/// Reads the prompts of files that are in memory, such as those that were dropped onto a window. They may refer to each
/// other by their paths.
pub fn import_files(files: &[(String, String)], format: Option<Format>) -> Found {
    let mut found = Found::default();
    for (file, text) in files {
        let name = file.rsplit('/').next().unwrap_or(file);
        if files.len() > 1 && (is_partial(name) || format.is_none() && !may_be(name)) {
            continue;
        }
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let near = |path: &str| -> Result<String, FormatError> {
            let inside = normal(folder, path).ok_or_else(|| FormatError::Outside { path: path.to_owned() })?;
            let other = files.iter().find(|(file, _)| Path::new(file) == inside);
            other.map(|(_, text)| text.clone()).ok_or_else(|| FormatError::Missing { path: path.to_owned() })
        };
        let read = if text.len() > LARGEST {
            Err(FormatError::TooLarge { most: LARGEST })
        } else {
            match format.or_else(|| detect(file, text)) {
                Some(format) => import_text(format, file, text, &near),
                None if files.len() > 1 => Ok(Vec::new()),
                None => Err(FormatError::Unknown),
            }
        };
        match read {
            Ok(prompts) => found.prompts.extend(prompts),
            Err(error) => found.unread.push(Unread { file: file.clone(), message: error.to_string() }),
        }
    }
    found
}

#[cfg(test)]
mod tests;
