//! An answer while it is read: what every protocol shares. Pure: what was read waits in a queue.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use signalbox_domain::{ErrorClass, Failure, FinishReason, Usage};

use crate::{Event, ToolCallPiece, refusal, scrub::Scrub, sse::SseEvent};

/// The longest answer that is taken, in bytes, thoughts and tool calls included.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// The most bytes of kept fields. Beyond that a field is left out.
const LONGEST_KEPT: usize = 16 * 1024 * 1024;
/// How much of an unreadable piece is shown, in characters.
const SHOWN: usize = 80;

/// Reads what a server says in one protocol. After the last event or the failure it takes nothing more.
pub(crate) trait ProtocolReader: Send {
    /// The answer so far.
    fn answering(&mut self) -> &mut Answering;

    /// Takes one event of a stream.
    fn event(&mut self, event: &SseEvent);

    /// Takes an answer that came in one piece.
    fn whole(&mut self, body: &[u8]);

    /// Takes what was left when the stream ended. It counts only if it is whole.
    fn last_event(&mut self, event: &SseEvent) {
        let data = event.data.trim_ascii();
        if data == b"[DONE]" || serde_json::from_slice::<Value>(data).is_ok() {
            self.event(event);
        }
    }

    /// The stream has ended: by itself, by its last event, or because of `cut`.
    fn end(&mut self, cut: Option<Failure>) {
        self.answering().end(cut);
    }
}

/// The state of an answer that is being read, and what has been read and not yet taken.
#[derive(Debug)]
pub(crate) struct Answering {
    host: String,
    scrub: Scrub,
    ready: VecDeque<Result<Event, Failure>>,
    served: Option<String>,
    usage: Option<Usage>,
    finish: Option<FinishReason>,
    refusal: String,
    kept: Map<String, Value>,
    kept_size: usize,
    received: usize,
    progress: Progress,
    skipped: bool,
    ended: bool,
}

/// What has come so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    Nothing,
    /// Thoughts only.
    Thoughts,
    /// A part of the answer.
    Answer,
}

impl Answering {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self {
            host,
            scrub,
            ready: VecDeque::new(),
            served: None,
            usage: None,
            finish: None,
            refusal: String::new(),
            kept: Map::new(),
            kept_size: 0,
            received: 0,
            progress: Progress::Nothing,
            skipped: false,
            ended: false,
        }
    }

    /// The next thing that was read.
    pub(crate) fn next(&mut self) -> Option<Result<Event, Failure>> {
        self.ready.pop_front()
    }

    /// The next thing that was read. Pieces of text that were read together come together: each step from here to the
    /// caller costs as much for a long piece as for a short one.
    pub(crate) fn next_joined(&mut self) -> Option<Result<Event, Failure>> {
        let mut item = self.next();
        if let Some(Ok(Event::Delta(text))) = &mut item {
            while let Some(Ok(Event::Delta(more))) = self.ready.front() {
                text.push_str(more);
                self.ready.pop_front();
            }
        }
        item
    }

    /// Whether the answer has ended, one way or the other.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether a part of the answer has come.
    pub(crate) fn delivered(&self) -> bool {
        self.progress == Progress::Answer
    }

    /// Whether the server has said why the model stopped.
    pub(crate) fn finishing(&self) -> bool {
        self.finish.is_some()
    }

    /// The name of the model that answers.
    pub(crate) fn served(&mut self, model: &str) {
        if !model.is_empty() && self.served.as_deref() != Some(model) {
            self.served = Some(model.to_owned());
            self.ready.push_back(Ok(Event::Served { model: self.scrub.clean(model) }));
        }
    }

    /// The tokens used so far.
    pub(crate) fn usage(&mut self, usage: Usage) {
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            self.ready.push_back(Ok(Event::Usage(usage)));
        }
    }

    /// Why the model stopped. The answer has ended only with [`Answering::end`].
    pub(crate) fn finish(&mut self, reason: FinishReason) {
        self.finish = Some(match reason {
            FinishReason::Other(word) => FinishReason::Other(self.scrub.clean(&word)),
            reason => reason,
        });
    }

    /// A piece of a refusal in words.
    pub(crate) fn refuse(&mut self, text: &str) {
        self.received += text.len();
        self.refusal.push_str(text);
    }

    /// A piece of the answer.
    pub(crate) fn text(&mut self, text: &str) {
        if self.takes(text.len()) {
            self.progress = Progress::Answer;
            self.ready.push_back(Ok(Event::Delta(text.to_owned())));
        }
    }

    /// A piece of the model's thoughts.
    pub(crate) fn thought(&mut self, text: &str) {
        if self.takes(text.len()) {
            self.progress = self.progress.max(Progress::Thoughts);
            self.ready.push_back(Ok(Event::Reasoning(text.to_owned())));
        }
    }

    /// A piece of a tool call. One that says nothing is left out.
    pub(crate) fn tool_call(&mut self, piece: ToolCallPiece) {
        let said = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let length = said(&piece.id) + said(&piece.name) + said(&piece.signature) + piece.arguments.len();
        if self.takes(length) {
            self.progress = Progress::Answer;
            self.ready.push_back(Ok(Event::ToolCall(piece)));
        }
    }

    /// The provider's seal on the thoughts so far.
    pub(crate) fn signed(&mut self, signature: &str) {
        if self.takes(signature.len()) {
            self.ready.push_back(Ok(Event::Signed(signature.to_owned())));
        }
    }

    /// Keeps a field that has no place among the events; a later value of the same name replaces it.
    pub(crate) fn keep(&mut self, name: &str, value: &Value) {
        if self.kept.get(name) != Some(value) && self.keeps(name, value) {
            self.kept.insert(name.to_owned(), value.clone());
        }
    }

    /// Keeps a field that comes in pieces: lists grow, objects are joined, anything else is replaced.
    pub(crate) fn gather(&mut self, name: &str, value: &Value) {
        if self.keeps(name, value) {
            join(self.kept.entry(name).or_insert(Value::Null), value);
        }
    }

    /// Whether there is something to keep, and still room for it. A field for which there is none isn't kept in part.
    fn keeps(&mut self, name: &str, value: &Value) -> bool {
        if value.is_null() || self.ended {
            return false;
        }
        self.kept_size += name.len() + size(value);
        if self.kept_size > LONGEST_KEPT {
            self.kept.shift_remove(name);
            return false;
        }
        true
    }

    /// A piece that can't be read: the first is left out, a second ends the answer.
    pub(crate) fn unreadable(&mut self, data: &[u8]) {
        if self.finish.is_some() {
            // The answer is whole already; only a figure can be lost.
            return;
        }
        let reason = format!("sent a piece that can't be read: {}", self.shown(data));
        if std::mem::replace(&mut self.skipped, true) {
            self.fail(self.failure(ErrorClass::Malformed, &reason));
        } else {
            let reason = format!("{} {reason}", self.host);
            self.ready.push_back(Ok(Event::Skipped { reason }));
        }
    }

    /// The stream has ended: by itself, by its last event, or because of `cut`.
    pub(crate) fn end(&mut self, cut: Option<Failure>) {
        if self.ended {
            return;
        }
        let Some(finish) = self.finish.take() else {
            let class = ErrorClass::StreamCut { delivered: self.delivered() };
            return self.fail(
                cut.unwrap_or_else(|| self.failure(class, "ended the answer without saying why the model stopped")),
            );
        };
        // From here on the answer is known to be whole: whatever cut the connection came after its end.
        let refused = !self.refusal.is_empty() || finish == FinishReason::ContentFilter;
        match (self.delivered(), refused) {
            (true, true) => self.finished(FinishReason::ContentFilter),
            (true, false) => self.finished(finish),
            (false, true) => {
                let said = self.scrub.clean(&self.refusal);
                let message = if said.is_empty() { "refused the content".into() } else { format!("refused: {said}") };
                self.fail(
                    self.failure(ErrorClass::ContentPolicy, &message)
                        .with_hint("change what the prompt asks for; no other model is tried"),
                );
            }
            (false, false) => {
                let failure = match (self.progress, &finish) {
                    (Progress::Thoughts, FinishReason::Length) => self
                        .failure(ErrorClass::Empty, "spent the whole length allowed on thinking and said nothing")
                        .with_hint("raise max_tokens"),
                    _ => self.failure(ErrorClass::Empty, "gave an answer without content"),
                };
                self.fail(failure);
            }
        }
    }

    /// Ends the answer with a failure.
    ///
    /// Once a part of the answer is out, a failure that would permit another try becomes a cut: the parts of two
    /// answers must never be joined.
    pub(crate) fn fail(&mut self, mut failure: Failure) {
        if self.ended {
            return;
        }
        let stands =
            matches!(failure.class, ErrorClass::StreamCut { .. } | ErrorClass::Malformed | ErrorClass::ContentPolicy);
        if self.delivered() && !stands {
            failure.class = ErrorClass::StreamCut { delivered: true };
        }
        self.ended = true;
        self.ready.push_back(Err(failure));
    }

    /// Takes an error that the server says in an event of its own, as JSON or as plain text.
    pub(crate) fn error(&mut self, data: &[u8]) {
        let value =
            serde_json::from_slice(data).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(data).into()));
        self.reported(&json!({"error": value.get("error").unwrap_or(&value)}));
    }

    /// Takes an object that says that something failed.
    pub(crate) fn reported(&mut self, error: &Value) {
        if self.finish.is_some() {
            // It came after the end of the answer.
            return self.end(None);
        }
        self.fail(refusal::from_object(error, &self.host, &self.scrub));
    }

    /// Ends the answer because it can't be read.
    pub(crate) fn malformed(&mut self, what: &str) {
        self.fail(self.failure(ErrorClass::Malformed, what));
    }

    /// An answer that came in one piece, as JSON. One that isn't JSON ends with a failure.
    pub(crate) fn json(&mut self, body: &[u8]) -> Option<Value> {
        let value = serde_json::from_slice(body).ok();
        if value.is_none() {
            let start = self.shown(body);
            self.malformed(&format!("sent an answer that isn't JSON: {start}"));
        }
        value
    }

    /// Ends an answer that came in one piece. One that doesn't say why the model stopped may lack its end.
    pub(crate) fn end_whole(&mut self) {
        if self.ended || self.finish.is_some() {
            return self.end(None);
        }
        self.malformed("doesn't say why the model stopped");
    }

    /// A failure of this server, without anything that a key could be read from.
    pub(crate) fn failure(&self, class: ErrorClass, what: &str) -> Failure {
        Failure::new(class, format!("{} {}", self.host, self.scrub.clean(what)))
    }

    /// The beginning of some data, fit to be shown.
    pub(crate) fn shown(&self, data: &[u8]) -> String {
        let start = String::from_utf8_lossy(data.get(..data.len().min(4_096)).unwrap_or_default());
        let clean = self.scrub.clean(&start);
        let short: String = clean.chars().take(SHOWN).collect();
        if short.len() < clean.len() { format!("{short}…") } else { short }
    }

    /// Whether there is something, and still room for it.
    fn takes(&mut self, length: usize) -> bool {
        if length == 0 || self.ended {
            return false;
        }
        self.received += length;
        if self.received > LONGEST_ANSWER {
            self.fail(self.failure(ErrorClass::Malformed, "sent an answer of more than 16 MiB"));
            return false;
        }
        true
    }

    fn finished(&mut self, finish: FinishReason) {
        self.ended = true;
        if !self.kept.is_empty() {
            self.ready.push_back(Ok(Event::Kept(std::mem::take(&mut self.kept))));
        }
        self.ready.push_back(Ok(Event::Finished(finish)));
    }
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| 8 + size(item)).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| 8 + name.len() + size(value)).sum(),
        _ => 8,
    }
}

fn join(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Array(there), Value::Array(more)) => there.extend(more.iter().cloned()),
        (Value::Object(there), Value::Object(more)) => {
            for (name, value) in more {
                join(there.entry(name).or_insert(Value::Null), value);
            }
        }
        // A piece that says nothing takes nothing back.
        (_, Value::Null) => {}
        (there, other) => *there = other.clone(),
    }
}

#[cfg(test)]
pub(crate) mod checks;
