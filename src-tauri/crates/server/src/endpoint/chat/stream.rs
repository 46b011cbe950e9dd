//! An answer as a stream of chunks.

use std::io::Write;

use serde_json::{Map, Value, json};
use signalbox_domain::{Call, Usage};
use signalbox_gateway::CallEvent;
use signalbox_providers::ToolCallPiece;

use super::answer::{self, Kept};
use crate::endpoint::{asked::Asked, calls::NOTHING, fault, said, speech::Speech};

/// The most tool calls that one answer can hold; further ones are left out.
const MOST_CALLS: usize = 1_024;

/// Writes an answer as chunks.
#[derive(Debug)]
pub(crate) struct Stream {
    /// What was asked for, until it is known what answers.
    model: String,
    functions: bool,
    usage: bool,
    /// What every chunk begins with.
    head: Vec<u8>,
    choices: Vec<Choice>,
    /// What providers said of the tokens.
    counted: Map<String, Value>,
    pub(crate) over: bool,
}

#[derive(Debug, Default)]
struct Choice {
    begun: bool,
    /// For each tool call, whether something of its arguments has come.
    calls: Vec<bool>,
    kept: Map<String, Value>,
}

impl Stream {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            model: asked.model.clone(),
            functions: asked.functions,
            usage: asked.usage,
            head: Vec::new(),
            choices: (0..asked.choices).map(|_| Choice::default()).collect(),
            counted: Map::new(),
            over: false,
        }
    }

    /// Takes what every chunk says. Nothing is written before there is something to say.
    pub(crate) fn begin(&mut self, call: &Call) {
        self.head.clear();
        let head = json!({
            "id": answer::id(call),
            "object": "chat.completion.chunk",
            "created": call.started_at.as_second(),
            "model": said::model(call, &self.model),
        });
        self.head.extend_from_slice(b"data: ");
        said::put(&mut self.head, &head);
        // The object stays open.
        self.head.pop();
    }

    pub(crate) fn event(&mut self, choice: u32, event: &CallEvent, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        match event {
            CallEvent::Delta { text, .. } => self.piece(choice, "content", text, out),
            CallEvent::Reasoning(thought) => self.piece(choice, "reasoning_content", thought, out),
            CallEvent::ToolCall(piece) => self.call(choice, piece, out),
            CallEvent::Kept(fields) => {
                if let Some(choice) = self.choices.get_mut(choice as usize) {
                    choice.kept.extend(fields.clone());
                }
            }
            // Seals on thoughts have no place in this protocol.
            CallEvent::Signed(_)
            | CallEvent::Changed(_)
            | CallEvent::Decided(_)
            | CallEvent::Draft { .. }
            | CallEvent::Ended(_) => {}
        }
    }

    pub(crate) fn end(&mut self, choice: u32, call: &Call, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        if self.head.is_empty() {
            self.begin(call);
        }
        if let Some(failure) = said::failure(call) {
            self.over = true;
            let details = fault::details(&failure, &call.attempts, Some(call.id));
            return said::event(out, None, &fault::body(Speech::Chat, &fault::of(&failure), Some(details)));
        }
        self.open(choice, out);
        let calls = self.choices.get(choice as usize).map(|state| state.calls.clone()).unwrap_or_default();
        for (index, _) in (0..).zip(calls).filter(|(_, some)| !some) {
            // Whoever reads the arguments expects an object.
            let nothing = ToolCallPiece { index, arguments: NOTHING.into(), ..ToolCallPiece::default() };
            self.call(choice, &nothing, out);
        }
        let Some(state) = self.choices.get(choice as usize) else {
            return;
        };
        let kept = Kept::of(call, &state.kept);
        let (word, native) = answer::finish_reason(&said::finish(call, !state.calls.is_empty()), self.functions);
        let mut last = json!({"index": choice, "delta": kept.message, "logprobs": null, "finish_reason": word});
        answer::finish_choice(&mut last, &kept, native);
        self.counted.extend(kept.usage);
        let mut more = kept.top;
        more.insert("signalbox".into(), said::note([call]));
        self.chunk(&Value::Array(vec![last]), more, out);
    }

    pub(crate) fn finish(&mut self, calls: &[Call], out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        if self.usage {
            let mut tokens = Usage::default();
            for call in calls {
                tokens += said::usage(call);
            }
            let usage = answer::usage(tokens, std::mem::take(&mut self.counted));
            // Only callers who ask for this chunk expect one without a choice.
            let more = Map::from_iter([("usage".into(), usage), ("signalbox".into(), said::note(calls))]);
            self.chunk(&json!([]), more, out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
        self.over = true;
    }

    /// A chunk with a piece of a text.
    fn piece(&mut self, choice: u32, field: &str, text: &str, out: &mut Vec<u8>) {
        self.open(choice, out);
        self.start(choice, out);
        let _ = write!(out, "\"{field}\":");
        said::put(out, text);
        close(out);
    }

    /// A chunk with a piece of a tool call.
    fn call(&mut self, choice: u32, piece: &ToolCallPiece, out: &mut Vec<u8>) {
        self.open(choice, out);
        if let Some(state) = self.choices.get_mut(choice as usize) {
            let index = piece.index as usize;
            if index >= MOST_CALLS {
                return;
            }
            if state.calls.len() <= index {
                state.calls.resize(index + 1, false);
            }
            if let Some(some) = state.calls.get_mut(index) {
                *some |= !piece.arguments.trim().is_empty();
            }
        }
        let mut function = Map::new();
        if let Some(name) = &piece.name {
            function.insert("name".into(), json!(name));
        }
        function.insert("arguments".into(), json!(piece.arguments));
        if self.functions {
            // The old form has room for one call.
            if piece.index == 0 {
                self.start(choice, out);
                out.extend_from_slice(b"\"function_call\":");
                said::put(out, &function);
                close(out);
            }
            return;
        }
        let mut call = Map::from_iter([("index".into(), json!(piece.index))]);
        if let Some(id) = &piece.id {
            call.insert("id".into(), json!(id));
            call.insert("type".into(), json!("function"));
        }
        call.insert("function".into(), Value::Object(function));
        if let Some(signature) = &piece.signature {
            call.insert("extra_content".into(), answer::sealed(signature));
        }
        self.start(choice, out);
        out.extend_from_slice(b"\"tool_calls\":[");
        said::put(out, &call);
        out.push(b']');
        close(out);
    }

    /// The first chunk of a choice, which says who speaks.
    fn open(&mut self, choice: u32, out: &mut Vec<u8>) {
        let Some(state) = self.choices.get_mut(choice as usize) else {
            return;
        };
        if !std::mem::replace(&mut state.begun, true) {
            self.start(choice, out);
            out.extend_from_slice(b"\"role\":\"assistant\",\"content\":\"\",\"refusal\":null");
            close(out);
        }
    }

    /// A chunk up to the inside of its delta.
    fn start(&self, choice: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        let _ = write!(out, ",\"choices\":[{{\"index\":{choice},\"delta\":{{");
    }

    /// A chunk with these choices and these further fields.
    fn chunk(&self, choices: &Value, more: Map<String, Value>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b",\"choices\":");
        said::put(out, choices);
        for (name, value) in more {
            out.push(b',');
            said::put(out, &name);
            out.push(b':');
            said::put(out, &value);
        }
        out.extend_from_slice(b"}\n\n");
    }
}

/// The end of a chunk, from the inside of its delta.
fn close(out: &mut Vec<u8>) {
    out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
}
