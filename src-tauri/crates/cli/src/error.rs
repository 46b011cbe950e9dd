//! How a command fails, and what the shell is told of it.

use serde::Serialize;
use signalbox_api::{ApiError, Code};
use signalbox_domain::{Attempt, Call, CallId, Failure};

/// What the shell is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It didn't work.
    Failure,
    /// It was asked for in a way that it can't be.
    Misuse,
    /// A signal ended it: this number.
    Signal(u8),
}

impl Exit {
    /// The number that a shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Misuse => 2,
            Self::Signal(number) => 128 + number,
        }
    }
}

/// Why a command ended without what it was asked for.
#[derive(Debug)]
pub(crate) enum Error {
    /// It failed, and says why.
    Failed(Box<Failed>),
    /// It did what it was asked for, and what it found is bad: all has been said.
    Found(Exit),
    /// Whoever read its output has seen enough.
    Closed,
}

/// Why it failed, as it is printed.
#[derive(Debug, Serialize)]
pub(crate) struct Failed {
    /// What the shell is told.
    #[serde(skip)]
    pub(crate) exit: Exit,
    /// What kind it is, for programs.
    pub(crate) code: String,
    /// What happened, and where.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The chain of causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<String>,
    /// The call that failed.
    #[serde(flatten)]
    pub(crate) call: Option<FailedCall>,
}

/// What is known of a call that failed.
#[derive(Debug, Serialize)]
pub(crate) struct FailedCall {
    /// The call.
    pub(crate) call_id: CallId,
    /// How long to wait before the next try, in milliseconds.
    pub(crate) retry_after_ms: Option<u64>,
    /// What was tried.
    pub(crate) attempts: Vec<Attempt>,
}

/// How a command ends.
pub(crate) type Outcome<T = ()> = Result<T, Error>;

impl Error {
    /// A failure.
    pub(crate) fn failure(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, code, message)
    }

    /// It was asked for in a way that it can't be.
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self::new(Exit::Misuse, "misuse", message)
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, "not_found", message)
    }

    /// A signal ended it.
    pub(crate) fn interrupted(signal: u8) -> Self {
        Self::new(Exit::Signal(signal), "interrupted", "interrupted")
    }

    /// A call that ended without an answer.
    pub(crate) fn of_call(call: &Call, failure: &Failure) -> Self {
        let error = Self::new(Exit::Failure, &failure.class.as_str().replace(' ', "_"), failure.message.clone());
        error.with(|failed| {
            failed.hint.clone_from(&failure.hint);
            let (call_id, attempts) = (call.id, call.attempts.clone());
            failed.call = Some(FailedCall { call_id, retry_after_ms: failure.retry_after_ms, attempts });
        })
    }

    /// The same with advice on what to do.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.with(|failed| failed.hint = Some(hint.into()))
    }

    /// The same with advice, where there is some.
    #[must_use]
    pub(crate) fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self::Failed(Box::new(Failed { exit, code, message, hint: None, details: None, call: None }))
    }

    fn with(mut self, change: impl FnOnce(&mut Failed)) -> Self {
        if let Self::Failed(failed) = &mut self {
            change(failed);
        }
        self
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let ApiError { code, message, hint, details } = error;
        let word = match code {
            Code::NotFound => "not_found",
            Code::Invalid => "invalid",
            Code::Conflict => "conflict",
            Code::Unmerged => "unmerged",
            Code::Tampered => "tampered",
            Code::Protected => "protected",
            Code::Keychain => "keychain",
            Code::Provider => "provider",
            Code::DiskFull => "disk_full",
            Code::ReadOnly => "read_only",
            Code::Newer => "newer",
            Code::Damaged => "damaged",
            Code::AlreadyOpen => "already_open",
            Code::Internal => "internal",
        };
        let hint = match code {
            // What the window advises can't be done here.
            Code::Keychain => Some(
                "Unlock the keychain, or put the key into the environment as SIGNALBOX_KEY_ and the provider's name in \
                 capitals"
                    .to_owned(),
            ),
            _ => hint,
        };
        Self::failure(word, message).hint_if(hint).with(|failed| failed.details = details)
    }
}
