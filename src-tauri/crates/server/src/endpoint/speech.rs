//! The protocols that callers speak.

use serde_json::Value;
use signalbox_domain::{Attempt, Call, CallId, Failure, Protocol};
use signalbox_gateway::CallEvent;

use super::{
    asked::{Asked, Whole},
    chat,
    fault::{self, Refused},
    messages, responses,
};

/// A protocol that callers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Speech {
    /// `OpenAI`'s chat completions.
    Chat,
    /// `OpenAI`'s Responses.
    Responses,
    /// Anthropic's Messages.
    Messages,
}

impl Speech {
    /// The protocol.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Chat => Protocol::OpenaiChat,
            Self::Responses => Protocol::OpenaiResponses,
            Self::Messages => Protocol::AnthropicMessages,
        }
    }

    /// Reads what a caller asks. Fails with `Client`; the message begins with the place, such as
    /// `messages[2].content[0].image_url`, and says what was expected there.
    ///
    /// Nothing is checked that only a provider can know, such as how much randomness a model takes.
    pub(crate) fn read(self, body: &[u8]) -> Result<Asked, Failure> {
        match self {
            Self::Chat => chat::request::read(body),
            Self::Responses => responses::request::read(body),
            Self::Messages => messages::request::read(body),
        }
    }

    /// The status and the body for a call without an answer. `attempts` are the call's, which a caller is told of.
    pub(crate) fn error(self, failure: &Failure, attempts: &[Attempt], call: Option<CallId>) -> (u16, Value) {
        let fault = fault::of(failure);
        (fault.status, fault::body(self, &fault, Some(fault::details(failure, attempts, call))))
    }

    /// The status and the body for a request that never became a call. `message` says why, and what to do.
    pub(crate) fn refuse(self, refused: Refused, message: &str) -> (u16, Value) {
        let fault = fault::of_endpoint(refused, message);
        (fault.status, fault::body(self, &fault, None))
    }

    /// A whole answer. Several are given for several choices, which only chat completions can ask for; each must be of
    /// a call that is done, see [`said::failure`](super::said::failure).
    pub(crate) fn whole(self, asked: &Asked, answers: &[Whole]) -> Value {
        match self {
            Self::Chat => chat::answer::whole(asked, answers),
            Self::Responses => responses::answer::whole(asked, answers),
            Self::Messages => messages::answer::whole(asked, answers),
        }
    }

    /// What writes an answer piece by piece.
    pub(crate) fn stream(self, asked: &Asked) -> Encoder {
        match self {
            Self::Chat => Encoder::Chat(chat::stream::Stream::new(asked)),
            Self::Responses => Encoder::Responses(Box::new(responses::stream::Stream::new(asked))),
            Self::Messages => Encoder::Messages(messages::stream::Stream::new(asked)),
        }
    }
}

/// Writes an answer as server-sent events, each of them appended to a buffer.
///
/// The order is `begin`, then `event` as they come, then `end` for each choice, then `finish`. A call that fails before
/// its answer begins is better said with [`Speech::error`], as long as nothing has been sent. After a failure nothing
/// more is written, whatever is called: a broken answer has no clean end.
#[derive(Debug)]
pub(crate) enum Encoder {
    /// Chat completions.
    Chat(chat::stream::Stream),
    /// Responses.
    Responses(Box<responses::stream::Stream>),
    /// Messages.
    Messages(messages::stream::Stream),
}

impl Encoder {
    /// Begins the answer. The call should be as it was when the first piece came: only then is it known what answers.
    pub(crate) fn begin(&mut self, call: &Call, out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.begin(call),
            Self::Responses(stream) => stream.begin(call, out),
            Self::Messages(stream) => stream.begin(call, out),
        }
    }

    /// Takes an event of the call that makes the choice. Events that callers aren't told of write nothing.
    pub(crate) fn event(&mut self, choice: u32, event: &CallEvent, out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.event(choice, event, out),
            Self::Responses(stream) => stream.event(event, out),
            Self::Messages(stream) => stream.event(event, out),
        }
    }

    /// Ends a choice. A call that isn't done ends the whole answer with an error in the stream.
    pub(crate) fn end(&mut self, choice: u32, call: &Call, out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.end(choice, call, out),
            Self::Responses(stream) => stream.end(call, out),
            Self::Messages(stream) => stream.end(call, out),
        }
    }

    /// Ends the answer, when every choice has ended.
    pub(crate) fn finish(&mut self, calls: &[Call], out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.finish(calls, out),
            // Its last event is the end.
            Self::Responses(_) => {}
            Self::Messages(stream) => stream.finish(out),
        }
    }

    /// Whether the answer was broken off by an error, so that nothing more is written.
    pub(crate) fn broken(&self) -> bool {
        match self {
            Self::Chat(stream) => stream.over,
            Self::Responses(stream) => stream.over,
            Self::Messages(stream) => stream.over,
        }
    }
}
