//! Copies of the database, beside it.

use std::{fs::Metadata, path::Path};

use jiff::{Timestamp, tz::TimeZone};

use super::{Core, start::blocking};
use crate::{
    ApiError,
    types::{Backup, BackupList, Empty},
};

impl Core {
    /// Copies the database into the folder `backups` beside it.
    pub async fn backup_make(&self, _: Empty) -> Result<BackupList, ApiError> {
        let now = self.clock.now().to_zoned(TimeZone::UTC);
        // Sorts by time, and is a file's name everywhere.
        let name = format!("state-{}.db", now.strftime("%Y-%m-%dT%H-%M-%S-%3fZ"));
        self.store.copy_to(self.home.join("backups").join(name)).await?;
        self.backup_list(Empty {}).await
    }

    /// The copies of the database that are there, and how large everything is.
    pub async fn backup_list(&self, _: Empty) -> Result<BackupList, ApiError> {
        let home = self.home.clone();
        blocking(move || {
            let folder = home.join("backups");
            let mut backups: Vec<Backup> = files(&folder)
                .into_iter()
                .filter(|(name, _)| Path::new(name).extension().is_some_and(|kind| kind == "db"))
                .map(|(name, file)| Backup { at: made(&file), bytes: file.len(), name })
                .collect();
            backups.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| other.name.cmp(&one.name)));
            let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
            Ok(BackupList {
                folder: folder.display().to_string(),
                backups,
                database_bytes: size(&home.join("state.db")) + size(&home.join("state.db-wal")),
                log_bytes: files(&home.join("logs")).iter().map(|(_, file)| file.len()).sum(),
            })
        })
        .await
    }
}

/// The plain files of a folder; none of one that isn't there.
fn files(folder: &Path) -> Vec<(String, Metadata)> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?)))
        .filter(|(_, file)| file.is_file())
        .collect()
}

fn made(file: &Metadata) -> Timestamp {
    file.modified().ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}
