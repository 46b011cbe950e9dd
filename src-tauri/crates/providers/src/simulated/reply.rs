//! What the simulated provider answers to a request, as a script to play in process or over the wire.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::strtime};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use signalbox_domain::{ContentHash, ErrorClass, Failure, FinishReason, Usage};

use super::{Fault, NAME, SimulatedSettings, WaitForm, dice::Dice, prose, shape, sloppy::sloppy};
use crate::retry_after::http_date;

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
/// The moment from which simulated dates are counted.
const DAY: Timestamp = Timestamp::constant(784_111_777, 0);

/// What a request gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An error instead of an answer.
    Refused(Refused),
    /// No connection.
    Unreachable,
    /// An answer, which may break off.
    Answer(Script),
    /// A body that is there at once.
    Whole(String),
    /// Nothing, for ever.
    Silence,
}

/// An error as a server would say it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    retry_after: Option<Duration>,
    form: WaitForm,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, retry_after: None, form: WaitForm::default(), code, message: message.into() }
    }

    /// The headers that say how long to wait.
    pub(crate) fn headers(&self) -> HeaderMap {
        let Some(wait) = self.retry_after else { return HeaderMap::new() };
        // Dates are whole seconds, and a wait is a floor. They are counted from the date beside them, whichever that is.
        let then = || DAY.saturating_add(SignedDuration::from_secs_f64(wait.as_secs_f64().ceil())).unwrap_or(DAY);
        let date = |form: &str| {
            let text = strtime::format(form, then()).unwrap_or_default();
            vec![("date", http_date(DAY)), ("retry-after", text)]
        };
        let said = match self.form {
            WaitForm::Seconds if wait.subsec_nanos() == 0 => vec![("retry-after", wait.as_secs().to_string())],
            WaitForm::Seconds | WaitForm::Millis => vec![("retry-after-ms", wait.as_millis().to_string())],
            WaitForm::XMillis => vec![("x-ms-retry-after-ms", wait.as_millis().to_string())],
            WaitForm::Date => vec![("date", http_date(DAY)), ("retry-after", http_date(then()))],
            WaitForm::Rfc850 => date("%A, %d-%b-%y %H:%M:%S GMT"),
            WaitForm::Asctime => date("%a %b %e %H:%M:%S %Y"),
            WaitForm::RetryDelay => Vec::new(),
        };
        said.into_iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)))
            .collect()
    }

    /// The body, in OpenAI's form.
    pub(crate) fn body(&self) -> String {
        let mut error = json!({"message": self.message, "type": self.code, "param": null, "code": self.code});
        if let (WaitForm::RetryDelay, Some(wait)) = (self.form, self.retry_after) {
            let delay = format!("{}s", wait.as_secs_f64());
            error["details"] = json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]);
        }
        json!({ "error": error }).to_string()
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
    /// Begin to ask for a tool by this name.
    CallTool(String),
    /// Say a piece of the tool's arguments.
    Argue(String),
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

/// What a fault gives in place of an answer, whatever was asked for.
pub(crate) fn outright(fault: &Fault) -> Option<Reply> {
    Some(match *fault {
        Fault::Unreachable => Reply::Unreachable,
        Fault::RateLimited { retry_after, form } => {
            let refused = Refused::new(429, "rate_limit_exceeded", "Too many requests at once; slow down");
            Reply::Refused(Refused { retry_after, form, ..refused })
        }
        Fault::ServerError { status } => refuse(status, "server_error", "Something broke while answering"),
        Fault::Overloaded { status } => {
            refuse(status, "overloaded_error", "More requests are waiting than can be served")
        }
        Fault::KeyDead => refuse(401, "invalid_api_key", "This key is not valid any more"),
        Fault::NoCredit => refuse(429, "insufficient_quota", "The account has no credit left"),
        Fault::ClientError => refuse(400, "invalid_request_error", "The request was not understood"),
        Fault::ContextWindow => {
            refuse(400, "context_length_exceeded", "The conversation is longer than the model's context")
        }
        _ => return None,
    })
}

/// The refusal of a model that isn't one of those that are simulated.
pub(crate) fn unknown(model: &str) -> Option<Reply> {
    (!model.starts_with(PREFIX)).then(|| {
        let message = format!("No model is called {model:?}; there are {} and {}", MODELS[0].0, MODELS[1].0);
        refuse(404, "model_not_found", message)
    })
}

/// Reads a request in OpenAI's protocol and writes the script of its answer.
pub(crate) fn reply(body: &[u8], settings: &SimulatedSettings, fault: &Fault) -> Reply {
    if let Some(refused) = outright(fault) {
        return refused;
    }
    let Some(asked) = Asked::read(body) else {
        return refuse(400, "invalid_request_error", "The body must be a JSON object with a model and messages");
    };
    if let Some(unknown) = unknown(&asked.model) {
        return unknown;
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
    /// The tool that the answer asks for, and the schema of its arguments.
    tool: Option<(String, Value)>,
    max_tokens: Option<usize>,
    stop: Vec<String>,
    stream: bool,
}

/// What a message says, be it text or parts of which some are text.
fn text_of(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// The tool that an answer to this request asks for: the one that it must use, or the first one that it may use unless a
/// tool has just answered.
fn tool_of(request: &Value) -> Option<(String, Value)> {
    let tools = request.get("tools").and_then(Value::as_array)?;
    let name_of = |tool: &Value| tool.pointer("/function/name").and_then(Value::as_str).map(str::to_owned);
    let last = request.get("messages").and_then(Value::as_array)?.last()?;
    let answered = last.get("role").and_then(Value::as_str) == Some("tool");
    let chosen = match request.get("tool_choice") {
        Some(Value::Object(choice)) => {
            let wanted = choice.get("function")?.get("name")?.as_str()?;
            tools.iter().find(|tool| name_of(tool).as_deref() == Some(wanted))?
        }
        Some(Value::String(word)) if word == "none" => return None,
        Some(Value::String(word)) if word == "required" => tools.first()?,
        _ if answered => return None,
        _ => tools.first()?,
    };
    let schema = chosen.pointer("/function/parameters").cloned().unwrap_or_else(|| json!({"type": "object"}));
    Some((name_of(chosen)?, schema))
}

impl Asked {
    fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let messages = value.get("messages")?.as_array()?;
        let of_user = |message: &&Value| message.get("role").and_then(Value::as_str) == Some("user");
        let question = messages.iter().rev().find(of_user).or(messages.last()).map(text_of).unwrap_or_default();
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
            texts: messages.iter().map(text_of).collect(),
            question,
            schema,
            tool: tool_of(&value),
            max_tokens: length.map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            stop,
            stream: value.get("stream").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    fn script(self, dice: &mut Dice, pace: f64, fault: &Fault) -> Script {
        let large = self.model.contains("large");
        let pace = if pace.is_nan() { 0.0 } else { pace.clamp(0.0, 1.0) * if large { 1.6 } else { 1.0 } };
        let tool = self.tool.as_ref().filter(|_| !matches!(fault, Fault::Empty | Fault::Refusal));
        let (text, finish) = match fault {
            Fault::Empty => (String::new(), FinishReason::Stop),
            Fault::Refusal => (String::new(), FinishReason::ContentFilter),
            _ if tool.is_some() => (self.arguments(dice, matches!(fault, Fault::WrongJson)), FinishReason::ToolCalls),
            Fault::Overlong(tokens) if self.max_tokens.is_some() => {
                self.overlong(&self.text(dice, large, &Fault::Ok), *tokens)
            }
            _ => self.cut_to_length(self.text(dice, large, fault)),
        };
        let say: fn(String) -> Step = if tool.is_some() { Step::Argue } else { Step::Say };
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
        // What breaks off before its first piece doesn't name a tool either.
        let named = tool.filter(|_| kept > 0).map(|(name, _)| Step::CallTool(name.clone()));
        let mut steps: Vec<Step> = named.into_iter().collect();
        let mut said = String::new();
        let count = pieces.len().min(kept);
        for (index, piece) in pieces.into_iter().take(count).enumerate() {
            steps.push(pause(index == 0, dice));
            if broken.contains(&index) {
                steps.push(Step::Garbage);
            } else {
                said.push_str(&piece);
                steps.push(say(piece));
            }
        }
        steps.extend((count.max(broken.start)..broken.end).map(|_| Step::Garbage));
        steps.push(last.unwrap_or_else(|| Step::Finish(finish, self.usage(&said))));
        Script { model: self.model, stream: self.stream, steps }
    }

    fn text(&self, dice: &mut Dice, large: bool, fault: &Fault) -> String {
        let topics = prose::topics(&self.question);
        match (&self.schema, fault) {
            (Some(schema), Fault::WrongJson) => shape::wrong(schema, dice, &topics).to_string(),
            (Some(schema), Fault::SloppyJson) => sloppy(&shape::value(schema, dice, &topics)),
            (Some(schema), _) => shape::value(schema, dice, &topics).to_string(),
            (None, Fault::WrongJson) => "{\"answer\": [1, 2, \"and so on\"".into(),
            (None, _) => prose::answer(dice, &topics, large),
        }
    }

    /// The arguments of the tool that the answer asks for.
    fn arguments(&self, dice: &mut Dice, wrong: bool) -> String {
        let topics = prose::topics(&self.question);
        match &self.tool {
            Some((_, schema)) if wrong => shape::wrong(schema, dice, &topics).to_string(),
            Some((_, schema)) => shape::value(schema, dice, &topics).to_string(),
            None => String::new(),
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

pub(crate) fn tokens(text: &str) -> u64 {
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
    /// The tool that is asked for, and its arguments so far.
    tool: Option<(String, String)>,
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
            tool: None,
        }
    }

    /// What the tool call of this answer is called.
    fn call_id(&self) -> String {
        self.id.replace("chatcmpl-", "call_")
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
                vec![self.delta(&delta)]
            }
            Step::CallTool(name) => {
                self.begun = true;
                self.tool = Some((name.clone(), String::new()));
                let call = json!({
                    "index": 0, "id": self.call_id(), "type": "function", "function": {"name": name, "arguments": ""},
                });
                vec![self.delta(&json!({"role": "assistant", "content": null, "tool_calls": [call]}))]
            }
            Step::Argue(piece) => {
                if let Some((_, arguments)) = &mut self.tool {
                    arguments.push_str(piece);
                }
                vec![self.delta(&json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))]
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
        let message = match &self.tool {
            None => json!({"role": "assistant", "content": self.said}),
            Some((name, arguments)) => json!({"role": "assistant", "content": null, "tool_calls": [{
                "id": self.call_id(), "type": "function", "function": {"name": name, "arguments": arguments},
            }]}),
        };
        let mut body = json!({
            "id": self.id, "object": "chat.completion", "created": 0, "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": reason.as_str()}],
            "usage": usage_object(usage),
        })
        .to_string();
        if self.garbage {
            body.pop();
        }
        Some(body)
    }

    fn delta(&self, delta: &Value) -> String {
        self.chunk(&json!([{"index": 0, "delta": delta, "finish_reason": null}]), &Value::Null)
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
