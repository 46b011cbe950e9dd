//! What goes wrong, and when.

use std::{
    collections::VecDeque,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What one request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing goes wrong: `ok`.
    Ok,
    /// Status 429, with or without a wait: `rate_limited`, `rate_limited(retry_after=2)` in seconds. Other words for the
    /// wait say it in other forms, always in seconds: `rate_limited(date=2)`.
    RateLimited {
        /// How long the answer asks to wait.
        retry_after: Option<Duration>,
        /// How it says that.
        form: WaitForm,
    },
    /// A status from 500: `server_error`, `server_error(502)`.
    ServerError {
        /// The status.
        status: u16,
    },
    /// Too much to do: `overloaded`, `overloaded(529)`.
    Overloaded {
        /// The status, 503 or 529.
        status: u16,
    },
    /// After so many pieces nothing more comes, until the caller gives up: `stall` (before the first), `stall_after(3)`.
    StallAfter(u32),
    /// After so many pieces the connection ends: `cut` (before the first), `cut_after(3)`.
    CutAfter(u32),
    /// So many pieces can't be read, after the first one: `malformed` (two, which ends the answer), `malformed(1)`.
    Malformed(u32),
    /// Success without content: `empty`.
    Empty,
    /// The content filter refuses: `refusal`.
    Refusal,
    /// The answer doesn't follow the schema; without a schema it is broken JSON: `wrong_json`.
    WrongJson,
    /// The answer follows the schema, written as models do that don't take JSON seriously; without a schema it is as ever:
    /// `sloppy_json`.
    SloppyJson,
    /// The answer is so many tokens longer than it may be, and says so: `overlong(200)`. Without a longest length it is as
    /// ever.
    Overlong(u32),
    /// So long before every piece, whatever the pace: `slow` (250 ms), `slow(40)` in milliseconds.
    Slow(Duration),
    /// The key isn't accepted: `key_dead`.
    KeyDead,
    /// The account has no money left: `no_credit`.
    NoCredit,
    /// The request is wrong: `client_error`.
    ClientError,
    /// The conversation is too long: `context_window`.
    ContextWindow,
    /// No connection: `unreachable`. Over real HTTP the connection is closed without an answer.
    Unreachable,
}

/// How an answer says how long to wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WaitForm {
    /// `Retry-After` in seconds, or `retry-after-ms` where they aren't whole: `retry_after`.
    #[default]
    Seconds,
    /// `Retry-After` as a date beside the answer's own, in today's form: `date`.
    Date,
    /// The same in the form of RFC 850: `rfc850`.
    Rfc850,
    /// The same in the form of C's `asctime`: `asctime`.
    Asctime,
    /// `retry-after-ms`: `ms`.
    Millis,
    /// `x-ms-retry-after-ms`: `x_ms`.
    XMillis,
    /// Google's `retryDelay` inside the error: `retry_delay`.
    RetryDelay,
}

impl WaitForm {
    const ALL: [(Self, &str); 7] = [
        (Self::Seconds, "retry_after"),
        (Self::Date, "date"),
        (Self::Rfc850, "rfc850"),
        (Self::Asctime, "asctime"),
        (Self::Millis, "ms"),
        (Self::XMillis, "x_ms"),
        (Self::RetryDelay, "retry_delay"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(form, _)| *form == self).map_or("retry_after", |(_, word)| word)
    }
}

/// The words that [`FaultSchedule::parse`] knows.
const KNOWN: &str = "ok, rate_limited, server_error, overloaded, stall, stall_after, cut, cut_after, malformed, empty, refusal, \
     wrong_json, sloppy_json, overlong, slow, key_dead, no_credit, client_error, context_window, unreachable";

/// Why a text isn't a schedule of faults.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has this name.
    #[error("{0:?} is no fault; the faults are {KNOWN}")]
    Unknown(String),
    /// The fault takes no such argument.
    #[error("{fault} can't take {argument:?}; write {example}")]
    Argument {
        /// The fault.
        fault: String,
        /// What stands in its brackets or behind its star.
        argument: String,
        /// How it is written.
        example: &'static str,
    },
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let (name, argument) = match text.split_once('(') {
            Some((name, rest)) => (name.trim_end(), Some(rest.strip_suffix(')').unwrap_or(rest).trim())),
            None => (text, None),
        };
        let wrong = |example| FaultError::Argument {
            fault: name.into(),
            argument: argument.unwrap_or_default().chars().take(40).collect(),
            example,
        };
        let count = |default: Option<u32>, example| match argument {
            Some(argument) => argument.parse().map_err(|_| wrong(example)),
            None => default.ok_or_else(|| wrong(example)),
        };
        let status = |default: u16, example| match argument {
            Some(argument) => {
                argument.parse().ok().filter(|status| (500..600).contains(status)).ok_or_else(|| wrong(example))
            }
            None => Ok(default),
        };
        let fault = match name {
            "rate_limited" => {
                let Some(argument) = argument else {
                    return Ok(Self::RateLimited { retry_after: None, form: WaitForm::default() });
                };
                let (word, seconds) = argument.split_once('=').unwrap_or(("retry_after", argument));
                let form = WaitForm::ALL.iter().find(|(_, known)| *known == word.trim());
                let wait = seconds.trim().parse::<f64>().ok().and_then(|wait| Duration::try_from_secs_f64(wait).ok());
                let (Some((form, _)), Some(wait)) = (form, wait) else {
                    return Err(wrong("rate_limited(retry_after=2), in seconds"));
                };
                return Ok(Self::RateLimited { retry_after: Some(wait), form: *form });
            }
            "server_error" => {
                return Ok(Self::ServerError { status: status(500, "server_error(502)")? });
            }
            "overloaded" => {
                return Ok(Self::Overloaded { status: status(503, "overloaded(529)")? });
            }
            "stall_after" => return count(None, "stall_after(3)").map(Self::StallAfter),
            "cut_after" => return count(None, "cut_after(3)").map(Self::CutAfter),
            "malformed" => return count(Some(2), "malformed(1)").map(Self::Malformed),
            "overlong" => return count(Some(200), "overlong(200)").map(Self::Overlong),
            "slow" => {
                return count(Some(250), "slow(40), in milliseconds")
                    .map(|ms| Self::Slow(Duration::from_millis(ms.into())));
            }
            "ok" => Self::Ok,
            "stall" => Self::StallAfter(0),
            "cut" => Self::CutAfter(0),
            "empty" => Self::Empty,
            "refusal" => Self::Refusal,
            "wrong_json" => Self::WrongJson,
            "sloppy_json" => Self::SloppyJson,
            "key_dead" => Self::KeyDead,
            "no_credit" => Self::NoCredit,
            "client_error" => Self::ClientError,
            "context_window" => Self::ContextWindow,
            "unreachable" => Self::Unreachable,
            _ => return Err(FaultError::Unknown(text.chars().take(60).collect())),
        };
        if argument.is_some() { Err(wrong("it without brackets")) } else { Ok(fault) }
    }
}

impl fmt::Display for Fault {
    /// The form that [`FaultSchedule::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::RateLimited { retry_after: None, .. } => f.write_str("rate_limited"),
            Self::RateLimited { retry_after: Some(wait), form } => {
                write!(f, "rate_limited({}={})", form.word(), wait.as_secs_f64())
            }
            Self::ServerError { status } => write!(f, "server_error({status})"),
            Self::Overloaded { status } => write!(f, "overloaded({status})"),
            Self::StallAfter(count) => write!(f, "stall_after({count})"),
            Self::CutAfter(count) => write!(f, "cut_after({count})"),
            Self::Malformed(count) => write!(f, "malformed({count})"),
            Self::Empty => f.write_str("empty"),
            Self::Refusal => f.write_str("refusal"),
            Self::WrongJson => f.write_str("wrong_json"),
            Self::SloppyJson => f.write_str("sloppy_json"),
            Self::Overlong(tokens) => write!(f, "overlong({tokens})"),
            Self::Slow(pause) => write!(f, "slow({})", pause.as_millis()),
            Self::KeyDead => f.write_str("key_dead"),
            Self::NoCredit => f.write_str("no_credit"),
            Self::ClientError => f.write_str("client_error"),
            Self::ContextWindow => f.write_str("context_window"),
            Self::Unreachable => f.write_str("unreachable"),
        }
    }
}

/// Faults that are used up one per request; after the last one everything goes well. Clones share what is left.
#[derive(Debug, Clone, Default)]
pub struct FaultSchedule {
    left: Arc<Mutex<VecDeque<Entry>>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    fault: Fault,
    /// How often; none is for ever.
    times: Option<u32>,
}

impl FaultSchedule {
    /// A schedule of these faults, one request each.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::of(faults.into_iter().map(|fault| Entry { fault, times: Some(1) }))
    }

    /// The same fault for every request.
    pub fn always(fault: Fault) -> Self {
        Self::of([Entry { fault, times: None }])
    }

    /// Reads a list such as `rate_limited(retry_after=2), ok, stall_after(3)`. `overloaded*3` means three times, and
    /// `overloaded*` from then on for ever.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        let mut entries = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (fault, times) = match item.rsplit_once('*') {
                Some((fault, "")) => (fault, None),
                Some((fault, times)) => {
                    let wrong = || FaultError::Argument {
                        fault: fault.chars().take(60).collect(),
                        argument: times.chars().take(40).collect(),
                        example: "overloaded*3, or overloaded* for ever",
                    };
                    (fault, Some(times.trim().parse().map_err(|_| wrong())?))
                }
                None => (item, Some(1)),
            };
            entries.push(Entry { fault: fault.parse()?, times });
        }
        Ok(Self::of(entries))
    }

    /// Replaces what is left by another schedule, for every clone.
    pub fn replace(&self, other: &Self) {
        let entries = other.left.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = entries;
    }

    /// Uses up the fault of the next request.
    pub(crate) fn next(&self) -> Fault {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let Some(entry) = left.front_mut() else {
                return Fault::Ok;
            };
            match &mut entry.times {
                None => return entry.fault,
                Some(0) => {
                    left.pop_front();
                }
                Some(times) => {
                    *times -= 1;
                    return entry.fault;
                }
            }
        }
    }

    fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { left: Arc::new(Mutex::new(entries.into_iter().collect())) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taken(text: &str, count: usize) -> Vec<String> {
        let schedule = FaultSchedule::parse(text).unwrap();
        (0..count).map(|_| schedule.next().to_string()).collect()
    }

    #[test]
    fn a_schedule_is_used_up_one_fault_per_request() {
        assert_eq!(
            taken("rate_limited(retry_after=2),ok, stall_after(3)", 5),
            ["rate_limited(retry_after=2)", "ok", "stall_after(3)", "ok", "ok"]
        );
        assert_eq!(taken("cut*2,empty", 4), ["cut_after(0)", "cut_after(0)", "empty", "ok"]);
        assert_eq!(taken("ok,overloaded*", 4), ["ok", "overloaded(503)", "overloaded(503)", "overloaded(503)"]);
        assert_eq!(taken("", 1), ["ok"]);

        let schedule = FaultSchedule::new([Fault::Empty]);
        let clone = schedule.clone();
        assert_eq!((clone.next(), schedule.next()), (Fault::Empty, Fault::Ok), "clones share what is left");
        schedule.replace(&FaultSchedule::always(Fault::Refusal));
        assert_eq!((clone.next(), clone.next()), (Fault::Refusal, Fault::Refusal));
    }

    #[test]
    fn every_fault_reads_back_as_it_is_written() {
        for text in "ok,rate_limited,rate_limited(retry_after=0.25),rate_limited(date=2),rate_limited(retry_delay=0.5),server_error(502),overloaded(529),stall_after(0),cut_after(9),\
                     malformed(1),empty,refusal,wrong_json,sloppy_json,overlong(7),slow(40),key_dead,no_credit,client_error,context_window,unreachable"
            .split(',')
        {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, part) in [
            ("late", "the faults are ok, rate_limited"),
            ("stall_after", "write stall_after(3)"),
            ("cut_after(-1)", "write cut_after(3)"),
            ("server_error(200)", "write server_error(502)"),
            ("rate_limited(retry_after=never)", "in seconds"),
            ("rate_limited(soon=2)", "in seconds"),
            ("empty(3)", "without brackets"),
            ("ok*many", "overloaded*3"),
        ] {
            let message = FaultSchedule::parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-z_(),*=0-9 .é-]{0,60}") {
            let _ = FaultSchedule::parse(&text).map(|schedule| schedule.next());
        }
    }
}
