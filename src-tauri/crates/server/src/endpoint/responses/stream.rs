//! An answer as a stream of events.

use std::io::Write;

use serde_json::{Map, Value, json};
use signalbox_domain::Call;
use signalbox_gateway::CallEvent;

use super::answer::{self, Echo};
use crate::endpoint::{
    asked::Asked,
    calls::{Calls, Step},
    fault, said,
};

/// Writes an answer as events.
#[derive(Debug)]
pub(crate) struct Stream {
    echo: Echo,
    calls: Calls,
    output: Output,
    kept: Map<String, Value>,
    /// What came in the middle of a tool call, and has to wait for its end.
    late: Vec<CallEvent>,
    pub(crate) over: bool,
}

/// The items, of which one at most is open, and the count of events.
#[derive(Debug, Default)]
struct Output {
    call: Option<Box<Call>>,
    sequence: u64,
    /// The items that are whole.
    items: Vec<Value>,
    open: Option<Open>,
}

/// The item that is being said.
#[derive(Debug)]
enum Open {
    Reasoning { id: String, text: String, seal: String },
    Message { id: String, text: String },
    Call { id: String },
}

impl Stream {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            echo: Echo::of(asked),
            calls: Calls::default(),
            output: Output::default(),
            kept: Map::new(),
            late: Vec::new(),
            over: false,
        }
    }

    pub(crate) fn begin(&mut self, call: &Call, out: &mut Vec<u8>) {
        let response = Value::Object(self.echo.response(call, "in_progress"));
        self.output.call = Some(Box::new(call.clone()));
        for kind in ["response.created", "response.in_progress"] {
            self.output.say(kind, json!({ "response": response }), out);
        }
    }

    pub(crate) fn event(&mut self, event: &CallEvent, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        let Self { calls, output, .. } = self;
        let other = matches!(event, CallEvent::Delta { .. } | CallEvent::Reasoning(_) | CallEvent::Signed(_));
        if other && !calls.pause(|step| output.step(&step, out)) {
            return self.late.push(event.clone());
        }
        match event {
            CallEvent::Delta { text, .. } => output.text(text, out),
            CallEvent::Reasoning(thought) => output.thought(thought, out),
            CallEvent::Signed(seal) => output.sealed(seal, out),
            CallEvent::ToolCall(piece) => {
                output.close_said("completed", out);
                calls.take(piece, |step| output.step(&step, out));
            }
            CallEvent::Kept(fields) => self.kept.extend(fields.clone()),
            CallEvent::Changed(_) | CallEvent::Decided(_) | CallEvent::Draft { .. } | CallEvent::Ended(_) => {}
        }
    }

    pub(crate) fn end(&mut self, call: &Call, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        if self.output.call.is_none() {
            self.begin(call, out);
        }
        if let Some(failure) = said::failure(call) {
            self.over = true;
            let fault = fault::of(&failure);
            let mut response = self.echo.response(call, "failed");
            response.insert("error".into(), json!({"code": fault.code, "message": fault.message}));
            response.insert("signalbox".into(), fault::details(&failure, &call.attempts, Some(call.id)));
            return self.output.say("response.failed", json!({ "response": response }), out);
        }
        let Self { calls, output, .. } = self;
        calls.end(|step| output.step(&step, out));
        for event in std::mem::take(&mut self.late) {
            self.event(&event, out);
        }
        let finish = said::finish(call, self.calls.any());
        let status = answer::status(&finish).0;
        self.output.close_said(status, out);
        let (own, top) = answer::kept(call, &self.kept);
        for item in own {
            self.output.add(&item, out);
            self.output.done(item, out);
        }
        let items = std::mem::take(&mut self.output.items);
        let response = answer::ended(self.echo.response(call, status), call, &finish, items, top);
        self.output.say(&format!("response.{status}"), json!({ "response": response }), out);
        self.over = true;
    }
}

impl Output {
    /// An event with the next number.
    fn say(&mut self, kind: &str, fields: Value, out: &mut Vec<u8>) {
        let mut event =
            Map::from_iter([("type".into(), json!(kind)), ("sequence_number".into(), json!(self.sequence))]);
        self.sequence += 1;
        if let Value::Object(fields) = fields {
            event.extend(fields);
        }
        said::event(out, Some(kind), &event);
    }

    /// An event about a part of the open item.
    fn of_part(&mut self, kind: &str, id: &str, place: &str, fields: Value, out: &mut Vec<u8>) {
        let mut event =
            Map::from_iter([("item_id".into(), json!(id)), ("output_index".into(), json!(self.items.len()))]);
        if !place.is_empty() {
            event.insert(place.to_owned(), json!(0));
        }
        if let Value::Object(fields) = fields {
            event.extend(fields);
        }
        self.say(kind, Value::Object(event), out);
    }

    /// The next piece of the open item.
    fn delta(&mut self, kind: &str, id: &str, place: &str, text: &str, out: &mut Vec<u8>) {
        let (sequence, index) = (self.sequence, self.items.len());
        self.sequence += 1;
        let _ = write!(
            out,
            "event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{sequence},\"item_id\":\"{id}\",\
             \"output_index\":{index},{place}\"delta\":"
        );
        said::put(out, text);
        out.extend_from_slice(b"}\n\n");
    }

    fn add(&mut self, item: &Value, out: &mut Vec<u8>) {
        self.say("response.output_item.added", json!({"output_index": self.items.len(), "item": item}), out);
    }

    fn done(&mut self, item: Value, out: &mut Vec<u8>) {
        self.say("response.output_item.done", json!({"output_index": self.items.len(), "item": item}), out);
        self.items.push(item);
    }

    fn text(&mut self, piece: &str, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Message { .. })) {
            self.close_said("completed", out);
            let Some(call) = &self.call else {
                return;
            };
            let item = answer::message(call, self.items.len(), "", "in_progress");
            let id = id_of(&item);
            self.add(&item, out);
            let part = json!({ "part": answer::part("") });
            self.of_part("response.content_part.added", &id, "content_index", part, out);
            self.open = Some(Open::Message { id, text: String::new() });
        }
        if let Some(Open::Message { id, mut text }) = self.open.take() {
            self.delta("response.output_text.delta", &id, "\"content_index\":0,\"logprobs\":[],", piece, out);
            text.push_str(piece);
            self.open = Some(Open::Message { id, text });
        }
    }

    fn thought(&mut self, piece: &str, out: &mut Vec<u8>) {
        self.think(out);
        if let Some(Open::Reasoning { id, mut text, seal }) = self.open.take() {
            if text.is_empty() {
                let part = json!({ "part": answer::summary("") });
                self.of_part("response.reasoning_summary_part.added", &id, "summary_index", part, out);
            }
            self.delta("response.reasoning_summary_text.delta", &id, "\"summary_index\":0,", piece, out);
            text.push_str(piece);
            self.open = Some(Open::Reasoning { id, text, seal });
        }
    }

    fn sealed(&mut self, piece: &str, out: &mut Vec<u8>) {
        self.think(out);
        if let Some(Open::Reasoning { seal, .. }) = &mut self.open {
            seal.push_str(piece);
        }
    }

    /// Opens an item of thoughts, unless one is open.
    fn think(&mut self, out: &mut Vec<u8>) {
        if matches!(self.open, Some(Open::Reasoning { .. })) {
            return;
        }
        self.close_said("completed", out);
        let Some(call) = &self.call else {
            return;
        };
        let item = answer::reasoning(call, self.items.len(), "", None);
        let id = id_of(&item);
        self.add(&item, out);
        self.open = Some(Open::Reasoning { id, text: String::new(), seal: String::new() });
    }

    /// Closes the open thoughts or text. A tool call is closed by the end of its own.
    fn close_said(&mut self, status: &str, out: &mut Vec<u8>) {
        let Some(call) = self.call.clone() else {
            return;
        };
        match self.open.take() {
            Some(Open::Message { id, text }) => {
                let place = "content_index";
                let whole = json!({"text": text, "logprobs": []});
                self.of_part("response.output_text.done", &id, place, whole, out);
                let part = json!({ "part": answer::part(&text) });
                self.of_part("response.content_part.done", &id, place, part, out);
                let item = answer::message(&call, self.items.len(), &text, status);
                self.done(item, out);
            }
            Some(Open::Reasoning { id, text, seal }) => {
                if !text.is_empty() {
                    let place = "summary_index";
                    self.of_part("response.reasoning_summary_text.done", &id, place, json!({ "text": text }), out);
                    let part = json!({ "part": answer::summary(&text) });
                    self.of_part("response.reasoning_summary_part.done", &id, place, part, out);
                }
                let seal = Some(seal.as_str()).filter(|seal| !seal.is_empty());
                let item = answer::reasoning(&call, self.items.len(), &text, seal);
                self.done(item, out);
            }
            other => self.open = other,
        }
    }

    fn step(&mut self, step: &Step<'_>, out: &mut Vec<u8>) {
        let Some(call) = self.call.clone() else {
            return;
        };
        match step {
            Step::Begin(index, said) => {
                self.close_said("completed", out);
                let mut item = answer::function_call(&call, *index, said, "in_progress");
                item["arguments"] = json!("");
                self.add(&item, out);
                self.open = Some(Open::Call { id: id_of(&item) });
            }
            Step::Arguments(piece) => {
                if let Some(Open::Call { id }) = &self.open {
                    let id = id.clone();
                    self.delta("response.function_call_arguments.delta", &id, "", piece, out);
                }
            }
            Step::End(index, said) => {
                if let Some(Open::Call { id }) = self.open.take() {
                    let whole = json!({"name": said.name, "arguments": said.arguments});
                    self.of_part("response.function_call_arguments.done", &id, "", whole, out);
                    self.done(answer::function_call(&call, *index, said, "completed"), out);
                }
            }
        }
    }
}

fn id_of(item: &Value) -> String {
    item.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}
