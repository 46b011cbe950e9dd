//! An answer is read as what its schema says: as it came where it follows the schema, else mended, else with what is wrong.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_domain::{Cause, Stage};
use signalbox_output::{
    Options, ParseError, Parsed, Reask, Repair, Rewritten, Schema,
    options::{Finish, Truncated},
    parse, reask,
};

use crate::{
    pipeline::Passage,
    stages::form::{Form, Part, data},
};

/// How long a text is read where it is, in bytes; a longer one is read on a thread of its own.
const LARGE: usize = 64 * 1024;
/// How many repairs and problems a decision holds at most.
const MOST: usize = 200;

/// What came of reading an answer.
pub(crate) enum Reading {
    /// It follows the schema as it came.
    Valid,
    /// It follows the schema in other words.
    Value(Mended),
    /// It doesn't.
    Wrong(Box<Wrong>),
}

/// An answer that follows its schema after something was done to it.
pub(crate) struct Mended {
    /// The value as JSON.
    pub(crate) text: String,
    repairs: Vec<Repair>,
    confidence: f64,
}

/// An answer that doesn't follow its schema.
pub(crate) struct Wrong {
    error: ParseError,
    /// What can be asked for again.
    pub(crate) again: Option<Part>,
}

impl Wrong {
    /// What is wrong with it.
    pub(crate) fn problem(&self) -> String {
        self.error.to_string()
    }
}

/// Reads an answer that its provider ended as whole.
pub(crate) async fn read(text: &str, schema: &Arc<Schema>, form: &Form) -> Reading {
    if text.len() <= LARGE {
        return read_here(text, schema, form);
    }
    let (owned, schemas, forms) = (text.to_owned(), schema.clone(), form.clone());
    match tokio::task::spawn_blocking(move || read_here(&owned, &schemas, &forms)).await {
        Ok(reading) => reading,
        // The thread was ended: whoever waits for it is too.
        Err(_) => wrong(ParseError::NoValue, schema, Vec::new(), 1.0),
    }
}

fn read_here(text: &str, schema: &Schema, form: &Form) -> Reading {
    let written = form.written.as_deref();
    match &form.part {
        None => match value(text, schema, written) {
            Ok((parsed, true)) if parsed.is_untouched() => Reading::Valid,
            Ok((parsed, _)) => mended(parsed, Vec::new(), 1.0),
            Err(error) => wrong(error, schema, Vec::new(), 1.0),
        },
        Some(part) => {
            let (mut done, trust) = (part.before.clone(), part.confidence);
            let reply = match value(text, &part.schema, written) {
                Ok((reply, _)) => reply,
                // What is still wrong is said of the whole.
                Err(ParseError::Invalid { nearest, .. }) if !nearest.truncated => *nearest,
                Err(error) => return wrong(error, schema, done, trust),
            };
            let trust = trust.min(reply.confidence);
            done.extend(reply.repairs.into_iter().map(|repair| placed(repair, &part.reask)));
            match parse(&part.reask.apply(&reply.value).to_string(), schema, &strictly()) {
                Ok(parsed) => mended(parsed, done, trust),
                Err(error) => wrong(error, schema, done, trust),
            }
        }
    }
}

/// A cut answer isn't whole, whatever it looks like.
fn strictly() -> Options {
    Options { truncated: Truncated::Refuse, finish: Finish::Stopped, ..Options::default() }
}

/// The value of a text, and whether it stands there as it is.
fn value(text: &str, schema: &Schema, written: Option<&Rewritten>) -> Result<(Parsed, bool), ParseError> {
    if let Some(written) = written.filter(|written| !written.same_form)
        && let Ok(sent) = serde_json::from_str::<Value>(text)
    {
        let restored = written.restore(sent.clone(), schema);
        if schema.is_valid(&restored) {
            let same = restored == sent;
            return Ok((Parsed::untouched(restored, text), same));
        }
    }
    parse(text, schema, &strictly()).map(|parsed| (parsed, true))
}

fn mended(parsed: Parsed, before: Vec<Repair>, trust: f64) -> Reading {
    let mut repairs = before;
    repairs.extend(parsed.repairs);
    let confidence = parsed.confidence.min(trust);
    Reading::Value(Mended { text: parsed.value.to_string(), repairs, confidence })
}

fn wrong(error: ParseError, schema: &Schema, mut before: Vec<Repair>, mut trust: f64) -> Reading {
    let again = reask(&error, schema).and_then(|reask| {
        let part = reask.compiled().ok()?;
        if let ParseError::Invalid { nearest, .. } = &error {
            before.extend(nearest.repairs.iter().cloned());
            trust = trust.min(nearest.confidence);
        }
        let replaced = |path: &str| {
            reask.pieces.iter().any(|piece| {
                path.strip_prefix(piece.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        before.retain(|repair| !replaced(&repair.path));
        if before.is_empty() {
            trust = 1.0;
        }
        Some(Part { reask, schema: part, before, confidence: trust })
    });
    Reading::Wrong(Box::new(Wrong { error, again }))
}

/// A repair of a part that was asked for again, at its place in the whole.
fn placed(repair: Repair, reask: &Reask) -> Repair {
    let path = if let [only] = reask.pieces.as_slice() {
        format!("{}{}", only.path, repair.path)
    } else {
        // The reply has a key for each part, which is the part's path.
        let inner = repair.path.get(1..).unwrap_or_default();
        let (key, rest) = inner.split_at(inner.find('/').unwrap_or(inner.len()));
        key.replace("~1", "/").replace("~0", "~") + rest
    };
    Repair { path, ..repair }
}

/// Records what came of reading an answer.
pub(crate) async fn tell(passage: &mut Passage, reading: &Reading, form: &Form) {
    let mut said = data(form);
    let (cause, detail) = match reading {
        Reading::Valid => (Cause::Valid, "it follows the schema as it came".to_owned()),
        Reading::Value(mended) => {
            said["repairs"] = json!(mended.repairs.iter().take(MOST).map(Repair::told).collect::<Vec<_>>());
            said["confidence"] = json!(mended.confidence);
            match mended.repairs.len() {
                0 => (Cause::Valid, "it follows the schema as it was sent to the provider".to_owned()),
                1 => (Cause::Repaired, "it follows the schema after one repair".to_owned()),
                count => (Cause::Repaired, format!("it follows the schema after {count} repairs")),
            }
        }
        Reading::Wrong(wrong) => {
            if let ParseError::Invalid { problems, .. } = &wrong.error {
                said["problems"] = json!(problems.get(..MOST).unwrap_or(problems));
            }
            (Cause::Invalid, wrong.problem())
        }
    };
    let detail = format!("{detail}; {}", form.words());
    passage.recorder.decide_with(Stage::Parse, cause, detail, said).await;
}
