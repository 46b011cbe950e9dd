//! From what a server says to events. Pure: bytes come in, events go out.

use std::collections::VecDeque;

use serde_json::{Value, json};
use signalbox_domain::{ErrorClass, Failure, FinishReason, Usage};

use crate::{Event, refusal, scrub::Scrub, sse::SseEvent};

/// The longest answer that is taken, in bytes, thoughts included.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// How much of an unreadable piece is shown, in characters.
const SHOWN: usize = 80;

/// Reads one answer. What it has read waits in a queue; after the last event or the failure it takes nothing more.
#[derive(Debug)]
pub(crate) struct ChatReader {
    host: String,
    scrub: Scrub,
    ready: VecDeque<Result<Event, Failure>>,
    served: Option<String>,
    usage: Option<Usage>,
    finish: Option<FinishReason>,
    refusal: String,
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

impl ChatReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self {
            host,
            scrub,
            ready: VecDeque::new(),
            served: None,
            usage: None,
            finish: None,
            refusal: String::new(),
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

    /// Whether the answer has ended, one way or the other.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether a part of the answer has come.
    pub(crate) fn delivered(&self) -> bool {
        self.progress == Progress::Answer
    }

    /// Takes one event of a stream.
    pub(crate) fn event(&mut self, event: &SseEvent) {
        match event.name.as_str() {
            "error" => self.error(&event.data),
            _ => self.chunk(&event.data),
        }
    }

    /// Takes the data of one event of a stream.
    pub(crate) fn chunk(&mut self, data: &[u8]) {
        let data = data.trim_ascii();
        if self.ended || data.is_empty() {
            return;
        }
        if data == b"[DONE]" {
            return self.end(None);
        }
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if value.is_object() => self.object(&value, "delta"),
            _ => self.unreadable(data),
        }
    }

    /// Takes what was left when the stream ended. It counts only if it is whole.
    pub(crate) fn last_event(&mut self, event: &SseEvent) {
        let data = event.data.trim_ascii();
        if data == b"[DONE]" || serde_json::from_slice::<Value>(data).is_ok() {
            self.event(event);
        }
    }

    /// Takes an answer that came in one piece.
    pub(crate) fn whole(&mut self, body: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            let start = self.shown(body);
            return self.fail(self.failure(ErrorClass::Malformed, &format!("sent an answer that isn't JSON: {start}")));
        };
        let has_choice = value.get("choices").and_then(|choices| choices.get(0)).is_some();
        if !has_choice && !refusal::is_error(&value) {
            return self.fail(self.failure(ErrorClass::Malformed, "sent an answer without choices"));
        }
        self.object(&value, "message");
        if !self.ended && self.finish.is_none() {
            // Nothing shows that the text is whole.
            return self.fail(self.failure(ErrorClass::Malformed, "doesn't say why the model stopped"));
        }
        self.end(None);
    }

    /// The stream has ended: by itself, by `[DONE]`, or because of `cut`.
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

    /// Takes an error that the server says in the middle of a stream.
    fn error(&mut self, data: &[u8]) {
        let value =
            serde_json::from_slice(data).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(data).into()));
        self.reported(&json!({"error": value.get("error").unwrap_or(&value)}));
    }

    fn reported(&mut self, error: &Value) {
        if self.finish.is_some() {
            // It came after the end of the answer.
            return self.end(None);
        }
        self.fail(refusal::from_object(error, &self.host, &self.scrub));
    }

    fn object(&mut self, value: &Value, part: &str) {
        if refusal::is_error(value) {
            return self.reported(value);
        }
        if let Some(model) = value.get("model").and_then(Value::as_str).filter(|model| !model.is_empty())
            && self.served.as_deref() != Some(model)
        {
            self.served = Some(model.to_owned());
            self.ready.push_back(Ok(Event::Served { model: self.scrub.clean(model) }));
        }
        let choice = value.get("choices").and_then(Value::as_array).and_then(|choices| {
            // Only one answer is ever asked for.
            choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
        });
        if let Some(choice) = choice {
            self.choice(choice, part);
        }
        if let Some(usage) = value.get("usage").and_then(usage)
            && self.usage != Some(usage)
        {
            self.usage = Some(usage);
            self.ready.push_back(Ok(Event::Usage(usage)));
        }
    }

    fn choice(&mut self, choice: &Value, part: &str) {
        // Some servers say a whole message at the end of a stream, or a delta in a whole answer.
        let said =
            choice.get(part).or_else(|| choice.get("delta")).or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let thought = ["reasoning_content", "reasoning"].iter().find_map(|field| said.get(*field)?.as_str());
        self.text(thought.unwrap_or_default(), true);
        match said.get("content") {
            Some(Value::String(text)) => self.text(text, false),
            Some(Value::Array(parts)) => self.parts(parts),
            _ => {}
        }
        if let Some(refusal) = said.get("refusal").and_then(Value::as_str) {
            self.received += refusal.len();
            self.refusal.push_str(refusal);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
            self.finish = Some(match reason {
                "stop" | "eos" | "end_turn" => FinishReason::Stop,
                "length" | "max_tokens" => FinishReason::Length,
                "content_filter" => FinishReason::ContentFilter,
                "tool_calls" | "function_call" => FinishReason::ToolCalls,
                other => FinishReason::Other(self.scrub.clean(other)),
            });
        }
    }

    /// Content in typed parts, as some servers of reasoning models send it.
    fn parts(&mut self, parts: &[Value]) {
        for part in parts {
            match part.get("type").and_then(Value::as_str) {
                Some("thinking") => {
                    let inner = part.get("thinking").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    for piece in inner {
                        self.text(piece.get("text").and_then(Value::as_str).unwrap_or_default(), true);
                    }
                }
                _ => self.text(part.get("text").and_then(Value::as_str).unwrap_or_default(), false),
            }
        }
    }

    fn text(&mut self, text: &str, thought: bool) {
        if text.is_empty() || self.ended {
            return;
        }
        self.received += text.len();
        if self.received > LONGEST_ANSWER {
            return self.fail(self.failure(ErrorClass::Malformed, "sent an answer of more than 16 MiB"));
        }
        if thought {
            self.progress = self.progress.max(Progress::Thoughts);
            self.ready.push_back(Ok(Event::Reasoning(text.to_owned())));
        } else {
            self.progress = Progress::Answer;
            self.ready.push_back(Ok(Event::Delta(text.to_owned())));
        }
    }

    fn unreadable(&mut self, data: &[u8]) {
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

    fn finished(&mut self, finish: FinishReason) {
        self.ended = true;
        self.ready.push_back(Ok(Event::Finished(finish)));
    }

    fn failure(&self, class: ErrorClass, what: &str) -> Failure {
        Failure::new(class, format!("{} {what}", self.host))
    }

    fn shown(&self, data: &[u8]) -> String {
        let start = String::from_utf8_lossy(data.get(..data.len().min(4_096)).unwrap_or_default());
        let clean = self.scrub.clean(&start);
        let short: String = clean.chars().take(SHOWN).collect();
        if short.len() < clean.len() { format!("{short}…") } else { short }
    }
}

/// Tokens in any of the forms in which servers count them.
fn usage(value: &Value) -> Option<Usage> {
    let count = |path: [&str; 2]| {
        path.iter()
            .filter(|step| !step.is_empty())
            .try_fold(value, |value, step| value.get(step))
            .and_then(Value::as_u64)
    };
    let input = count(["prompt_tokens", ""]);
    let output = count(["completion_tokens", ""]);
    if input.is_none() && output.is_none() {
        return None;
    }
    let cached = count(["prompt_tokens_details", "cached_tokens"]).or_else(|| count(["prompt_cache_hit_tokens", ""]));
    let reasoning = count(["completion_tokens_details", "reasoning_tokens"]);
    Some(Usage {
        input: input.unwrap_or(0),
        cached_input: cached.unwrap_or(0),
        output: output.unwrap_or(0),
        reasoning: reasoning.unwrap_or(0),
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
