//! Reading an answer that is there already, as if it came over the wire.

use signalbox_domain::{Failure, Protocol};

use crate::{
    Event, answering::ProtocolReader, anthropic::reader::MessagesReader, openai_chat::reader::ChatReader,
    openai_responses::reader::ResponsesReader, scrub::Scrub, sse::SseDecoder,
};

/// How messages name whoever said it.
const HOST: &str = "the recording";

/// Reads a whole body, or a stream of server-sent events to its end. None for a protocol whose answers come in another
/// form.
pub fn read_recorded(protocol: Protocol, bytes: &[u8], stream: bool) -> Option<Vec<Result<Event, Failure>>> {
    let (host, scrub) = (HOST.to_owned(), Scrub::default());
    match protocol {
        Protocol::OpenaiChat => Some(read(ChatReader::new(host, scrub), bytes, stream)),
        Protocol::OpenaiResponses => Some(read(ResponsesReader::new(host, scrub), bytes, stream)),
        Protocol::AnthropicMessages => Some(read(MessagesReader::new(host, scrub), bytes, stream)),
        Protocol::Gemini | Protocol::BedrockConverse => None,
    }
}

fn read(mut reader: impl ProtocolReader, bytes: &[u8], stream: bool) -> Vec<Result<Event, Failure>> {
    if stream {
        let (mut decoder, mut events) = (SseDecoder::default(), Vec::new());
        // What is larger than an event may be is cut, and the answer with it.
        let _ = decoder.push(bytes, &mut events);
        for event in &events {
            reader.event(event);
        }
        if let Some(event) = decoder.finish() {
            reader.last_event(&event);
        }
        reader.end(None);
    } else {
        reader.whole(bytes);
    }
    std::iter::from_fn(|| reader.answering().next()).collect()
}
