//! What a command fails with.

use serde::{Deserialize, Serialize};
use signalbox_prompts::{FormatError, NameError, RegistryError, SourceError};
use signalbox_secrets::KeychainError;
use signalbox_store::StoreError;
use signalbox_workspace::{EditError, FileError, WorkspaceError};
use ts_rs::TS;

/// What a window acts on. Whatever it only shows is `internal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no such thing.
    NotFound,
    /// The request isn't right.
    Invalid,
    /// It is there already, or changed meanwhile.
    Conflict,
    /// Git could not merge a prompt's files; settling the prompt keeps both sides.
    Unmerged,
    /// A version's text isn't what was saved.
    Tampered,
    /// A label is protected, and moving it wasn't confirmed.
    Protected,
    /// The keychain is locked, missing or denies access.
    Keychain,
    /// A provider can't be reached or refuses.
    Provider,
    /// No space is left.
    DiskFull,
    /// A file or folder can't be written.
    ReadOnly,
    /// The database is of a newer version.
    Newer,
    /// The database is damaged.
    Damaged,
    /// The application is already open on this state folder.
    AlreadyOpen,
    /// Anything else.
    Internal,
}

/// What a command fails with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind it is.
    pub code: Code,
    /// What happened, and where.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// More for a report, such as the chain of causes.
    pub details: Option<String>,
}

impl ApiError {
    /// An error without a hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, details: None }
    }

    /// The same with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// An error that the window only shows.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        Self { details: causes(error), ..Self::new(Code::Internal, error.to_string()) }
    }

    fn of(code: Code, error: &dyn std::error::Error) -> Self {
        Self { details: causes(error), ..Self::new(code, error.to_string()) }
    }
}

/// The chain of causes behind an error, where there is one.
fn causes(error: &dyn std::error::Error) -> Option<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    (!causes.is_empty()).then(|| causes.join("\n"))
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Newer { .. } => Code::Newer,
            StoreError::Full { .. } => Code::DiskFull,
            StoreError::ReadOnly { .. } => Code::ReadOnly,
            StoreError::Damaged { .. } => Code::Damaged,
            _ => Code::Internal,
        };
        Self { hint: error.hint().map(Into::into), ..Self::of(code, &error) }
    }
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        let code = match &error {
            FileError::NotFound { .. } => Code::NotFound,
            FileError::DiskFull { .. } => Code::DiskFull,
            FileError::ReadOnly { .. } | FileError::PermissionDenied { .. } => Code::ReadOnly,
            FileError::Exists { .. } => Code::Conflict,
            FileError::NotUtf8 { .. } | FileError::Outside { .. } => Code::Invalid,
            _ => Code::Internal,
        };
        Self::of(code, &error)
    }
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        let code = match &error {
            EditError::Taken { .. } | EditError::ChangedSince => Code::Conflict,
            _ => Code::Invalid,
        };
        Self::of(code, &error)
    }
}

impl From<WorkspaceError> for ApiError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::File(error) => error.into(),
            WorkspaceError::Edit(error) => error.into(),
            error @ WorkspaceError::NotAWorkspace { .. } => Self::of(Code::NotFound, &error),
            error @ WorkspaceError::Invalid { .. } => Self::of(Code::Invalid, &error)
                .with_hint("Open signalbox.toml in a text editor and mend what is named here"),
            error @ WorkspaceError::KeepsChanging { .. } => Self::of(Code::Conflict, &error),
        }
    }
}

impl From<NameError> for ApiError {
    fn from(error: NameError) -> Self {
        Self::of(Code::Invalid, &error)
    }
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        Self::of(Code::Invalid, &error)
    }
}

impl From<FormatError> for ApiError {
    fn from(error: FormatError) -> Self {
        let code = match &error {
            FormatError::Missing { .. } => Code::NotFound,
            _ => Code::Invalid,
        };
        Self::of(code, &error)
    }
}

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        let error = match error {
            RegistryError::File(error) => return error.into(),
            other => other,
        };
        let code = match &error {
            error if error.is_unmerged() => Code::Unmerged,
            RegistryError::NotFound { .. }
            | RegistryError::NoVersion { .. }
            | RegistryError::NoLabel { .. }
            | RegistryError::NothingBefore { .. }
            | RegistryError::NotInTrash { .. } => Code::NotFound,
            RegistryError::Exists { .. }
            | RegistryError::ValuesChanged { .. }
            | RegistryError::LabelMoved { .. }
            | RegistryError::ChangedMeanwhile { .. }
            | RegistryError::Busy { .. } => Code::Conflict,
            RegistryError::Protected { .. } => Code::Protected,
            RegistryError::Changed { .. } => Code::Tampered,
            _ => Code::Invalid,
        };
        Self::of(code, &error)
    }
}

impl From<KeychainError> for ApiError {
    fn from(error: KeychainError) -> Self {
        Self::of(Code::Keychain, &error)
            .with_hint("Unlock the keychain in Providers, or keep keys in memory until you quit")
    }
}
