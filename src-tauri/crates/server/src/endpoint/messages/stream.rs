//! An answer as a stream of events.

use std::io::Write;

use serde_json::{Map, Value, json};
use signalbox_domain::Call;
use signalbox_gateway::CallEvent;

use super::answer::{self, Kept};
use crate::endpoint::{
    asked::Asked,
    calls::{Calls, Step},
    fault, said,
    speech::Speech,
};

/// Writes an answer as events.
#[derive(Debug)]
pub(crate) struct Stream {
    model: String,
    call: Option<Box<Call>>,
    blocks: Blocks,
    calls: Calls,
    kept: Map<String, Value>,
    /// What came in the middle of a tool call, and has to wait for its end.
    late: Vec<CallEvent>,
    pub(crate) over: bool,
}

/// The blocks, of which one at most is open.
#[derive(Debug, Default)]
struct Blocks {
    index: u32,
    open: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Thinking,
    Text,
    Call,
}

impl Stream {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            model: asked.model.clone(),
            call: None,
            blocks: Blocks::default(),
            calls: Calls::default(),
            kept: Map::new(),
            late: Vec::new(),
            over: false,
        }
    }

    pub(crate) fn begin(&mut self, call: &Call, out: &mut Vec<u8>) {
        let message = answer::message(call, &self.model);
        say(out, "message_start", &json!({"type": "message_start", "message": message}));
        self.call = Some(Box::new(call.clone()));
    }

    pub(crate) fn event(&mut self, event: &CallEvent, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        let Self { call, blocks, calls, .. } = self;
        let other = matches!(event, CallEvent::Delta { .. } | CallEvent::Reasoning(_) | CallEvent::Signed(_));
        if other && !calls.pause(|step| blocks.step(call.as_deref(), &step, out)) {
            return self.late.push(event.clone());
        }
        match event {
            CallEvent::Delta { text, .. } => {
                blocks.open(Kind::Text, out);
                blocks.delta("text_delta", "text", text, out);
            }
            CallEvent::Reasoning(thought) => {
                blocks.open(Kind::Thinking, out);
                blocks.delta("thinking_delta", "thinking", thought, out);
            }
            CallEvent::Signed(signature) => {
                blocks.open(Kind::Thinking, out);
                blocks.delta("signature_delta", "signature", signature, out);
            }
            CallEvent::ToolCall(piece) => calls.take(piece, |step| blocks.step(call.as_deref(), &step, out)),
            CallEvent::Kept(fields) => self.kept.extend(fields.clone()),
            CallEvent::Changed(_) | CallEvent::Decided(_) | CallEvent::Draft { .. } | CallEvent::Ended(_) => {}
        }
    }

    pub(crate) fn end(&mut self, call: &Call, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        if let Some(failure) = said::failure(call) {
            self.over = true;
            let details = fault::details(&failure, &call.attempts, Some(call.id));
            return say(out, "error", &fault::body(Speech::Messages, &fault::of(&failure), Some(details)));
        }
        if self.call.is_none() {
            self.begin(call, out);
        }
        let Self { blocks, calls, .. } = self;
        calls.end(|step| blocks.step(Some(call), &step, out));
        for event in std::mem::take(&mut self.late) {
            self.event(&event, out);
        }
        let kept = Kept::of(call, &self.kept);
        if let Some(citations) = kept.citations.as_ref().and_then(Value::as_array) {
            self.blocks.cite(citations, out);
        }
        self.blocks.close(out);
        for block in &kept.blocks {
            self.blocks.start(block, out);
            self.blocks.stop(out);
        }
        let mut end = json!({
            "type": "message_delta",
            "delta": answer::end(call, self.calls.any(), kept.end),
            "usage": answer::usage(said::usage(call), kept.usage),
            "signalbox": said::note([call]),
        });
        if let Value::Object(end) = &mut end {
            for (name, value) in kept.top {
                end.entry(name).or_insert(value);
            }
        }
        say(out, "message_delta", &end);
    }

    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.over, true) {
            say(out, "message_stop", &json!({"type": "message_stop"}));
        }
    }
}

impl Blocks {
    /// Opens a block of this kind, unless one is open.
    fn open(&mut self, kind: Kind, out: &mut Vec<u8>) {
        if self.open == Some(kind) {
            return;
        }
        self.close(out);
        let block = match kind {
            Kind::Thinking => json!({"type": "thinking", "thinking": "", "signature": ""}),
            Kind::Text | Kind::Call => json!({"type": "text", "text": ""}),
        };
        self.start(&block, out);
        self.open = Some(kind);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            self.stop(out);
        }
    }

    fn start(&mut self, block: &Value, out: &mut Vec<u8>) {
        let event = json!({"type": "content_block_start", "index": self.index, "content_block": block});
        say(out, "content_block_start", &event);
    }

    fn stop(&mut self, out: &mut Vec<u8>) {
        say(out, "content_block_stop", &json!({"type": "content_block_stop", "index": self.index}));
        self.index += 1;
    }

    fn delta(&self, kind: &str, field: &str, text: &str, out: &mut Vec<u8>) {
        let index = self.index;
        let _ = write!(
            out,
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{index},\
             \"delta\":{{\"type\":\"{kind}\",\"{field}\":"
        );
        said::put(out, text);
        out.extend_from_slice(b"}}\n\n");
    }

    /// Sources, of the text that is open; where none is they belong to nothing that could be said.
    fn cite(&mut self, citations: &[Value], out: &mut Vec<u8>) {
        if self.open != Some(Kind::Text) {
            return;
        }
        for citation in citations {
            let delta = json!({"type": "citations_delta", "citation": citation});
            let event = json!({"type": "content_block_delta", "index": self.index, "delta": delta});
            say(out, "content_block_delta", &event);
        }
    }

    fn step(&mut self, call: Option<&Call>, step: &Step<'_>, out: &mut Vec<u8>) {
        match step {
            Step::Begin(index, said) => {
                self.close(out);
                if let Some(call) = call {
                    self.start(&answer::tool_use(call, *index, said), out);
                }
                self.open = Some(Kind::Call);
            }
            Step::Arguments(piece) => self.delta("input_json_delta", "partial_json", piece, out),
            Step::End(..) => self.close(out),
        }
    }
}

fn say(out: &mut Vec<u8>, name: &str, data: &Value) {
    said::event(out, Some(name), data);
}
