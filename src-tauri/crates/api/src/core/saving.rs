//! Calls written into files. The window has no way to files of its own, so where they go is chosen here and said.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use signalbox_domain::CallId;
use signalbox_store::Place;
use signalbox_workspace::NewFile;

use super::{Core, export, log::Whole, start::blocking};
use crate::{
    ApiError, Code,
    types::{CallExport, CallFilter, CallsSave, FileSaved},
};

/// How many calls are read at once.
const TOGETHER: u32 = 100;

impl Core {
    /// Writes one call into a new file in the folder of downloads.
    pub async fn call_save(&self, request: CallExport) -> Result<FileSaved, ApiError> {
        self.call_save_into(self.downloads(), request).await
    }

    /// Writes every call that is meant into a new file in the folder of downloads.
    pub async fn calls_save(&self, request: CallsSave) -> Result<FileSaved, ApiError> {
        self.calls_save_into(self.downloads(), request.filter).await
    }

    /// Writes one call into a new file in a folder.
    pub async fn call_save_into(&self, folder: PathBuf, request: CallExport) -> Result<FileSaved, ApiError> {
        let exported = self.call_export(request).await?;
        let saved = blocking(move || {
            let (stem, extension) = exported.file.rsplit_once('.').unwrap_or((&exported.file, "txt"));
            let mut file = begin(&folder)?;
            file.write(exported.text.as_bytes())?;
            Ok(file.keep(stem, extension)?)
        });
        Ok(FileSaved { path: saved.await?.display().to_string(), calls: 1, left_out: 0 })
    }

    /// Writes every call that is meant into a new file in a folder, as lines of JSON, newest first. Nothing is left behind
    /// when it can't be finished.
    pub async fn calls_save_into(&self, folder: PathBuf, filter: CallFilter) -> Result<FileSaved, ApiError> {
        let filter = self.meant(filter).await?;
        let mut file = blocking(move || begin(&folder)).await?;
        let (mut place, mut calls, mut left_out) = (Place::Newest, 0_u32, 0_u32);
        loop {
            if self.stopping.is_cancelled() {
                return Err(ApiError::new(Code::Internal, "Signalbox is closing, so the calls were not saved"));
            }
            let (workspace, asked, from) = (self.workspace_id(), filter.clone(), place);
            let page = self.store.read_log(move |view| view.call_page(&workspace, &asked, from, TOGETHER)).await?;
            left_out += page.unreadable;
            let mut lines = String::new();
            for stored in &page.calls {
                match self.line(stored.call.id).await? {
                    Some(line) => {
                        lines.push_str(&line);
                        calls += 1;
                    }
                    None => left_out += 1,
                }
            }
            file = blocking(move || {
                file.write(lines.as_bytes())?;
                Ok(file)
            })
            .await?;
            match page.older {
                Some(older) => place = Place::Before(older),
                None => break,
            }
        }
        let day = self.clock.now().to_zoned(TimeZone::system()).date();
        let path = blocking(move || Ok(file.keep(&format!("calls-{day}"), "jsonl")?)).await?;
        Ok(FileSaved { path: path.display().to_string(), calls, left_out })
    }

    /// A call as a line; none when it was removed meanwhile or can't be read.
    async fn line(&self, id: CallId) -> Result<Option<String>, ApiError> {
        let whole: Whole = match self.whole(id).await {
            Ok(whole) => whole,
            Err(ApiError { code: Code::NotFound, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(export::json_line(&whole).ok())
    }

    /// The user's folder of downloads; where there is none, one in the state folder.
    pub(super) fn downloads(&self) -> PathBuf {
        let theirs = directories::UserDirs::new().and_then(|dirs| {
            let named = dirs.download_dir().map(Path::to_owned);
            named.or_else(|| Some(dirs.home_dir().join("Downloads"))).filter(|folder| folder.is_dir())
        });
        theirs.unwrap_or_else(|| self.home.join("exports"))
    }
}

fn begin(folder: &Path) -> Result<NewFile, ApiError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| ApiError::new(Code::ReadOnly, format!("{} can't be made: {error}", folder.display())))?;
    Ok(NewFile::begin(folder)?)
}
