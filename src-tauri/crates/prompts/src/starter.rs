//! The prompts of a new workspace.

use std::path::Path;

use signalbox_workspace::{FileError, create_new};

macro_rules! starter {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../prompts/", $path)))),*]
    };
}

/// Every file of the starter prompts: its path below the folder of prompts, with `/`, and its text.
pub const FILES: &[(&str, &str)] = starter![
    "extract/invoice/1.prompty",
    "extract/invoice/2.prompty",
    "extract/invoice/labels.toml",
    "extract/invoice/values.yaml",
    "search/classify/1.prompty",
    "search/classify/2.prompty",
    "search/classify/labels.toml",
    "search/classify/values.yaml",
    "search/rewrite/1.prompty",
    "search/rewrite/2.prompty",
    "search/rewrite/labels.toml",
    "search/rewrite/values.yaml",
    "summarise/cited/1.prompty",
    "summarise/cited/2.prompty",
    "summarise/cited/labels.toml",
    "summarise/cited/values.yaml",
    "support/reply/1.prompty",
    "support/reply/2.prompty",
    "support/reply/labels.toml",
    "support/reply/values.yaml",
];

/// Writes the starter prompts into a folder of prompts. Files that are there already stay as they are.
pub fn write_starter(root: &Path) -> Result<(), FileError> {
    for (path, text) in FILES {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
        }
        match create_new(&path, text.as_bytes()) {
            Ok(()) | Err(FileError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
