//! A caller that asks a plain question, and keeps what it hears.

use serde_json::Map;
use signalbox_api::types::{CallStart, CallText, Event};
use signalbox_domain::{Call, CallId, CallStatus, FinishReason, Target};
use signalbox_prompts::Source;

use crate::harness::App;

/// The question: a prompt without variables and without a schema, so that any text is an answer to it.
pub(crate) fn question() -> Source {
    Source { head: String::new(), body: "user:\nWhen does the next train leave from platform 4?\n".into() }
}

/// The same question, for an answer that can be checked.
pub(crate) fn form() -> Source {
    let head = "outputs:\n  - name: platform\n    kind: integer\n    required: true\n  - name: at\n    kind: string\n    required: true\n";
    Source { head: head.into(), ..question() }
}

/// What the caller of one call was given.
pub(crate) struct Heard {
    /// How the call ended.
    pub(crate) call: Call,
    /// The pieces that were delivered, one after the other.
    pub(crate) text: String,
}

impl Heard {
    /// Whether it looks like a whole answer.
    pub(crate) fn looks_whole(&self) -> bool {
        self.call.status == CallStatus::Done && self.call.finish == Some(FinishReason::Stop)
    }

    /// The class of the failure in words, or an empty text.
    pub(crate) fn failure(&self) -> &'static str {
        self.call.failure.as_ref().map_or("", |failure| failure.class.as_str())
    }

    /// The end in words.
    pub(crate) fn in_words(&self) -> String {
        let finish = self.call.finish.as_ref().map_or("no finish", FinishReason::as_str);
        let message = self.call.failure.as_ref().map_or("", |failure| failure.message.as_str());
        format!("{} ({finish}) {} {message} {:?}", self.call.status.as_str(), self.failure(), self.text)
    }
}

impl App {
    /// Asks the question on a route.
    pub(crate) async fn ask(&self, route: &str) -> Heard {
        self.ask_with(route, question()).await
    }

    /// Asks on a route with a prompt.
    pub(crate) async fn ask_with(&self, route: &str, source: Source) -> Heard {
        let mut events = self.events();
        let text = CallText::Draft { name: "support/reply".into(), source };
        let start = CallStart { text, values: Map::new(), target: Target::Route(route.into()) };
        let id = self.core.call_start(start).await.expect("the call starts").call;
        let mut heard = String::new();
        let call = self
            .wait_for(&mut events, |event| {
                listen(event, id, &mut heard);
                match event {
                    Event::Call { call } if call.id == id && call.status != CallStatus::Running => Some(call.clone()),
                    _ => None,
                }
            })
            .await;
        Heard { call: *call, text: heard }
    }
}

/// Takes up a piece of the call's answer. Pieces never overlap and leave nothing out.
fn listen(event: &Event, id: CallId, heard: &mut String) {
    if let Event::Delta { call, start, text } = event
        && *call == id
    {
        assert_eq!(*start, heard.encode_utf16().count() as u64, "a piece belongs where the last one ended");
        heard.push_str(text);
    }
}
