//! What the simulated provider answers to a request, as a script to play in process or over the wire.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use signalbox_domain::{ContentHash, ErrorClass, Failure, FinishReason, Usage};

use super::{Fault, NAME, SimulatedSettings, dice::Dice, prose, shape};

/// The models and their context windows.
pub(crate) const MODELS: [(&str, u32); 2] = [("simulated-small", 16_384), ("simulated-large", 131_072)];
const PREFIX: &str = "simulated-";
const FIRST_PIECE: Duration = Duration::from_millis(200);
const NEXT_PIECE: Duration = Duration::from_millis(15);
/// The longest piece without a space, in characters.
const LONGEST_PIECE: usize = 16;
const CHARS_PER_TOKEN: usize = 4;
/// The longest answer that is made up when it is to be too long, in tokens.
const LONGEST_ANSWER: usize = 1_000_000;
const TOKENS_PER_MESSAGE: u64 = 4;

/// What a request gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An error instead of an answer.
    Refused(Refused),
    /// No connection.
    Unreachable,
    /// An answer, which may break off.
    Answer(Script),
}

/// An error as a server would say it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    retry_after: Option<Duration>,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, retry_after: None, code, message: message.into() }
    }

    /// The headers that say how long to wait.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(wait) = self.retry_after {
            let (name, count) = match wait.subsec_nanos() {
                0 => ("retry-after", u128::from(wait.as_secs())),
                _ => ("retry-after-ms", wait.as_millis()),
            };
            if let Ok(value) = HeaderValue::from_str(&count.to_string()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }

    /// The body, in OpenAI's form.
    pub(crate) fn body(&self) -> String {
        json!({"error": {"message": self.message, "type": self.code, "param": null, "code": self.code}}).to_string()
    }
}

/// An answer as a sequence of steps.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) model: String,
    pub(crate) stream: bool,
    pub(crate) steps: Vec<Step>,
}

/// One step of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wait.
    Pause(Duration),
    /// Say a piece of the answer.
    Say(String),
    /// Say something that can't be read.
    Garbage,
    /// Say nothing more for ever.
    Stall,
    /// End the connection.
    Cut,
    /// End the answer as it should be ended.
    Finish(FinishReason, Usage),
}

/// The failure of [`Reply::Unreachable`] in process.
pub(crate) fn unreachable() -> Failure {
    Failure::new(ErrorClass::Connect, format!("no connection to {NAME}")).with_hint("this fault was asked for")
}

/// Reads a request in OpenAI's protocol and writes the script of its answer.
pub(crate) fn reply(body: &[u8], settings: &SimulatedSettings, fault: &Fault) -> Reply {
    match *fault {
        Fault::Unreachable => return Reply::Unreachable,
        Fault::RateLimited { retry_after } => {
            let refused = Refused::new(429, "rate_limit_exceeded", "Too many requests at once; slow down");
            return Reply::Refused(Refused { retry_after, ..refused });
        }
        Fault::ServerError { status } => {
            return refuse(status, "server_error", "Something broke while answering");
        }
        Fault::Overloaded { status } => {
            return refuse(status, "overloaded_error", "More requests are waiting than can be served");
        }
        Fault::KeyDead => return refuse(401, "invalid_api_key", "This key is not valid any more"),
        Fault::NoCredit => {
            return refuse(429, "insufficient_quota", "The account has no credit left");
        }
        Fault::ClientError => {
            return refuse(400, "invalid_request_error", "The request was not understood");
        }
        Fault::ContextWindow => {
            return refuse(400, "context_length_exceeded", "The conversation is longer than the model's context");
        }
        _ => {}
    }
    let Some(asked) = Asked::read(body) else {
        return refuse(400, "invalid_request_error", "The body must be a JSON object with a model and messages");
    };
    if !asked.model.starts_with(PREFIX) {
        let message = format!("No model is called {:?}; there are {} and {}", asked.model, MODELS[0].0, MODELS[1].0);
        return refuse(404, "model_not_found", message);
    }
    let hash = ContentHash::of(body);
    Reply::Answer(asked.script(&mut Dice::new(&hash, settings.seed), settings.pace, fault))
}

pub(crate) fn refuse(status: u16, code: &'static str, message: impl Into<String>) -> Reply {
    Reply::Refused(Refused::new(status, code, message))
}

/// What a request asks for.
struct Asked {
    model: String,
    /// The texts of all messages.
    texts: Vec<String>,
    /// The text of the last message of the user.
    question: String,
    schema: Option<Value>,
    max_tokens: Option<usize>,
    stop: Vec<String>,
    stream: bool,
}

impl Asked {
    fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let messages = value.get("messages")?.as_array()?;
        let text = |message: &Value| message.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
        let of_user = |message: &&Value| message.get("role").and_then(Value::as_str) == Some("user");
        let question = messages.iter().rev().find(of_user).or(messages.last()).map(text).unwrap_or_default();
        let format = value.get("response_format");
        let schema = match format.and_then(|format| format.get("type")).and_then(Value::as_str) {
            Some("json_schema") => format.and_then(|format| format.pointer("/json_schema/schema")).cloned(),
            Some("json_object") => Some(json!({"type": "object"})),
            _ => None,
        };
        let length = ["max_tokens", "max_completion_tokens"].iter().find_map(|field| value.get(*field)?.as_u64());
        let stop = match value.get("stop") {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(Into::into).collect(),
            _ => Vec::new(),
        };
        Some(Self {
            model: value.get("model")?.as_str()?.to_owned(),
            texts: messages.iter().map(text).collect(),
            question,
            schema,
            max_tokens: length.map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            stop,
            stream: value.get("stream").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    fn script(self, dice: &mut Dice, pace: f64, fault: &Fault) -> Script {
        let large = self.model.contains("large");
        let pace = if pace.is_nan() { 0.0 } else { pace.clamp(0.0, 1.0) * if large { 1.6 } else { 1.0 } };
        let (text, finish) = match fault {
            Fault::Empty => (String::new(), FinishReason::Stop),
            Fault::Refusal => (String::new(), FinishReason::ContentFilter),
            Fault::Overlong(tokens) if self.max_tokens.is_some() => {
                self.overlong(&self.text(dice, large, false), *tokens)
            }
            _ => self.cut_to_length(self.text(dice, large, matches!(fault, Fault::WrongJson))),
        };
        let pieces = pieces(&text);
        let (kept, last) = match *fault {
            Fault::StallAfter(count) => (count as usize, Some(Step::Stall)),
            Fault::CutAfter(count) => (count as usize, Some(Step::Cut)),
            _ => (pieces.len(), None),
        };
        let broken = match *fault {
            Fault::Malformed(count) => 1..1 + count as usize,
            _ => 0..0,
        };
        let pause = |first: bool, dice: &mut Dice| {
            if let Fault::Slow(pause) = *fault {
                return Step::Pause(pause);
            }
            let base = if first { FIRST_PIECE } else { NEXT_PIECE };
            // Between 70 % and 130 %, as a real model's words come.
            Step::Pause(base.mul_f64(pace * (0.7 + 0.6 * dice.fraction())))
        };
        let mut steps = Vec::new();
        let mut said = String::new();
        let count = pieces.len().min(kept);
        for (index, piece) in pieces.into_iter().take(count).enumerate() {
            steps.push(pause(index == 0, dice));
            if broken.contains(&index) {
                steps.push(Step::Garbage);
            } else {
                said.push_str(&piece);
                steps.push(Step::Say(piece));
            }
        }
        steps.extend((count.max(broken.start)..broken.end).map(|_| Step::Garbage));
        steps.push(last.unwrap_or_else(|| Step::Finish(finish, self.usage(&said))));
        Script { model: self.model, stream: self.stream, steps }
    }

    fn text(&self, dice: &mut Dice, large: bool, wrong: bool) -> String {
        let topics = prose::topics(&self.question);
        match (&self.schema, wrong) {
            (Some(schema), false) => shape::value(schema, dice, &topics).to_string(),
            (Some(schema), true) => shape::wrong(schema, dice, &topics).to_string(),
            (None, false) => prose::answer(dice, &topics, large),
            (None, true) => "{\"answer\": [1, 2, \"and so on\"".into(),
        }
    }

    /// Ends the text at the first stop text, and at the longest length.
    fn cut_to_length(&self, mut text: String) -> (String, FinishReason) {
        if let Some(end) = self.stop.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| text.find(stop)).min() {
            text.truncate(end);
        }
        if let Some(most) = self.max_tokens.map(|tokens| tokens.saturating_mul(CHARS_PER_TOKEN))
            && let Some((end, _)) = text.char_indices().nth(most)
        {
            text.truncate(end);
            return (text, FinishReason::Length);
        }
        (text, FinishReason::Stop)
    }

    /// A text that goes on until it is so many tokens longer than it may be.
    fn overlong(&self, text: &str, tokens: u32) -> (String, FinishReason) {
        let length = self.max_tokens.unwrap_or_default().saturating_add(tokens as usize).min(LONGEST_ANSWER);
        let words = text.chars().chain(" ".chars()).cycle();
        (words.take(length.saturating_mul(CHARS_PER_TOKEN)).collect(), FinishReason::Stop)
    }

    fn usage(&self, said: &str) -> Usage {
        let input = self.texts.iter().map(|text| tokens(text) + TOKENS_PER_MESSAGE).sum();
        Usage { input, output: tokens(said), ..Usage::default() }
    }
}

fn tokens(text: &str) -> u64 {
    text.chars().count().div_ceil(CHARS_PER_TOKEN) as u64
}

/// The text in pieces of about a word, which together are the text.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let chars: Vec<char> = word.chars().collect();
        pieces.extend(chars.chunks(LONGEST_PIECE).map(|piece| piece.iter().collect::<String>()));
    }
    pieces
}

/// Writes the steps of one answer in OpenAI's protocol.
#[derive(Debug)]
pub(crate) struct Chunks {
    id: String,
    model: String,
    begun: bool,
    garbage: bool,
    said: String,
}

impl Chunks {
    pub(crate) fn of(script: &Script) -> Self {
        let texts: Vec<u8> = script.steps.iter().flat_map(|step| format!("{step:?}").into_bytes()).collect();
        Self {
            id: format!("chatcmpl-{}", ContentHash::of(&texts).short()),
            model: script.model.clone(),
            begun: false,
            garbage: false,
            said: String::new(),
        }
    }

    /// The data of the events that a step becomes in a stream. Pauses, stalls and cuts have none.
    pub(crate) fn take(&mut self, step: &Step) -> Vec<String> {
        match step {
            Step::Say(piece) => {
                self.said.push_str(piece);
                let delta = if std::mem::replace(&mut self.begun, true) {
                    json!({"content": piece})
                } else {
                    json!({"role": "assistant", "content": piece})
                };
                vec![self.chunk(&json!([{"index": 0, "delta": delta, "finish_reason": null}]), &Value::Null)]
            }
            Step::Garbage => {
                self.garbage = true;
                vec!["{\"id\": \"chatcmpl-\u{fffd}, \"choices\": [{\"delta\"".into()]
            }
            Step::Finish(reason, usage) => vec![
                self.chunk(&json!([{"index": 0, "delta": {}, "finish_reason": reason.as_str()}]), &Value::Null),
                self.chunk(&json!([]), &usage_object(usage)),
                "[DONE]".into(),
            ],
            Step::Pause(_) | Step::Stall | Step::Cut => Vec::new(),
        }
    }

    /// The whole answer, once `step` ends it. An answer with something unreadable in it can't be read as a whole.
    pub(crate) fn whole(&self, step: &Step) -> Option<String> {
        let Step::Finish(reason, usage) = step else {
            return None;
        };
        let mut body = json!({
            "id": self.id, "object": "chat.completion", "created": 0, "model": self.model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": self.said}, "finish_reason": reason.as_str()}],
            "usage": usage_object(usage),
        })
        .to_string();
        if self.garbage {
            body.pop();
        }
        Some(body)
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> String {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": 0, "model": self.model,
            "choices": choices, "usage": usage,
        })
        .to_string()
    }
}

fn usage_object(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.input, "completion_tokens": usage.output, "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    })
}
