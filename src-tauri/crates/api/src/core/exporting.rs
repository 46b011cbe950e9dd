//! Versions written for other tools. A file is written beside its place, synced and renamed, and none is overwritten
//! unless that was said.

use std::{
    fs,
    path::{Path, PathBuf},
};

use signalbox_prompts::{
    PromptName, Scope,
    formats::{ExportFile, Exported, Exporting, export_in},
};
use signalbox_workspace::{NewFile, confine, create_new, read_to_string, write_atomic};

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{ExportedFile, PromptExport, PromptExported},
};

/// Where an export goes.
#[derive(Debug, Clone)]
pub struct ExportTarget {
    /// A folder; for a single file it may be the file itself.
    pub to: PathBuf,
    /// Whether a file that is there with another content is replaced.
    pub replace: bool,
}

impl Core {
    /// Writes versions for another tool into new files in the folder of downloads.
    pub async fn prompt_export(&self, request: PromptExport) -> Result<PromptExported, ApiError> {
        let Exported { files, losses } = self.prompt_exported(request).await?;
        let folder = self.downloads();
        let files =
            blocking(move || files.iter().map(|file| keep(&folder, file)).collect::<Result<Vec<_>, _>>()).await?;
        Ok(PromptExported { files, losses })
    }

    /// Writes versions for another tool to a place.
    pub async fn prompt_export_into(
        &self,
        request: PromptExport,
        target: ExportTarget,
    ) -> Result<PromptExported, ApiError> {
        let Exported { files, losses } = self.prompt_exported(request).await?;
        let files = blocking(move || write(&files, &target)).await?;
        Ok(PromptExported { files, losses })
    }

    /// The files for another tool, without writing them.
    pub async fn prompt_exported(&self, request: PromptExport) -> Result<Exported, ApiError> {
        let PromptExport { prompts, format } = request;
        self.registry(move |registry| {
            let mut exporting = Vec::new();
            for chosen in prompts {
                let name = PromptName::new(&chosen.name)?;
                let version = registry.resolve(&name, &chosen.version)?;
                exporting.push(Exporting {
                    values: registry.get(&name)?.values,
                    name,
                    source: version.source,
                    labels: version.info.labels,
                    message: version.info.message,
                });
            }
            Ok(export_in(format, &exporting, &Scope::saved(registry))?)
        })
        .await
    }
}

/// Writes a file under the first name that is free.
fn keep(folder: &Path, file: &ExportFile) -> Result<ExportedFile, ApiError> {
    make(folder)?;
    let flat = file.path.replace('/', "-");
    let dot =
        flat.rfind('.').map_or(flat.len(), |last| flat.get(..last).and_then(|stem| stem.rfind('.')).unwrap_or(last));
    let (stem, extension) = (flat.get(..dot).unwrap_or(&flat), flat.get(dot + 1..).unwrap_or("txt"));
    let mut new = NewFile::begin(folder)?;
    new.write(file.text.as_bytes())?;
    let path = new.keep(stem, extension)?;
    Ok(ExportedFile { path: path.display().to_string(), unchanged: false })
}

fn make(folder: &Path) -> Result<(), ApiError> {
    fs::create_dir_all(folder)
        .map_err(|error| ApiError::new(Code::ReadOnly, format!("{} can't be made: {error}", folder.display())))
}

fn write(files: &[ExportFile], target: &ExportTarget) -> Result<Vec<ExportedFile>, ApiError> {
    let is_folder = target.to.is_dir() || target.to.as_os_str().to_string_lossy().ends_with('/') || files.len() > 1;
    let single = target.to.extension().is_some() && !is_folder;
    let mut places = Vec::new();
    for file in files {
        let path = if single {
            target.to.clone()
        } else {
            make(&target.to)?;
            confine(&target.to, &file.path)?
        };
        let there = path.exists().then(|| read_to_string(&path)).transpose()?;
        let unchanged = there.as_deref() == Some(file.text.as_str());
        if there.is_some() && !unchanged && !target.replace {
            return Err(ApiError::new(Code::Conflict, format!("{} is there with another content", path.display()))
                .with_hint("Look at it, then choose another place, or replace it"));
        }
        places.push((path, file, unchanged));
    }
    // Nothing is written before everything may be.
    places
        .into_iter()
        .map(|(path, file, unchanged)| {
            if !unchanged {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    make(folder)?;
                }
                let bytes = file.text.as_bytes();
                if target.replace { write_atomic(&path, bytes)? } else { create_new(&path, bytes)? }
            }
            Ok(ExportedFile { path: path.display().to_string(), unchanged })
        })
        .collect()
}
