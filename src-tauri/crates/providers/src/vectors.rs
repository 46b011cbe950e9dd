//! Vectors for texts, in OpenAI's form, which all servers of the family share.
//!
//! Each message of the request is one input: a text, or a part of the type `tokens` for a caller that counts by itself. The
//! answer is passed on as it came, since nothing here needs the numbers.

use serde_json::{Map, Value, json};
use signalbox_domain::{Block, Content, ErrorClass, Failure, FinishReason, Message, ModelRequest, Protocol};

use crate::{
    answering::{Answering, ProtocolReader},
    extra,
    openai::usage,
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// The body of a request for vectors, field by field in a fixed order.
pub(crate) fn body(request: &ModelRequest) -> Result<Vec<u8>, Failure> {
    let wrong = |what: String| Failure::new(ErrorClass::Client, what);
    let inputs = request.messages.iter().map(input).collect::<Option<Vec<Value>>>();
    let inputs = inputs.filter(|inputs| !inputs.is_empty()).ok_or_else(|| {
        wrong("there is something among the inputs that no vector can be made of".into())
            .with_hint("give texts, or lists of tokens")
    })?;
    let mut body =
        Map::from_iter([("model".to_owned(), json!(request.model)), ("input".to_owned(), Value::Array(inputs))]);
    extra::merge(&mut body, request.extra.as_ref(), Protocol::OpenaiChat);
    serde_json::to_vec(&body).map_err(|error| wrong(format!("the request can't be written as JSON: {error}")))
}

/// The refusal of a provider that makes none.
pub(crate) fn none_here(kind: &str) -> Failure {
    Failure::new(ErrorClass::Client, format!("no vectors can be asked for of a provider of the kind {kind}"))
        .with_hint("name a model of a provider that speaks OpenAI's embeddings")
}

fn input(message: &Message) -> Option<Value> {
    match &message.content {
        Content::Text(text) => Some(json!(text)),
        Content::Blocks(blocks) => match blocks.as_slice() {
            [Block::Text { text }] => Some(json!(text)),
            [Block::Other { protocol: Protocol::OpenaiChat, value }] => value.get("tokens").cloned(),
            _ => None,
        },
    }
}

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct VectorsReader {
    out: Answering,
}

impl VectorsReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub) }
    }
}

impl ProtocolReader for VectorsReader {
    fn answering(&mut self) -> &mut Answering {
        &mut self.out
    }

    fn event(&mut self, _: &SseEvent) {
        self.out.malformed("sent vectors piece by piece, which nobody asked for");
    }

    fn whole(&mut self, body: &[u8]) {
        let Some(value) = self.out.json(body) else {
            return;
        };
        if refusal::is_error(&value) {
            return self.out.reported(&value);
        }
        if value.get("data").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            return self.out.malformed("sent an answer without vectors");
        }
        if let Some(model) = value.get("model").and_then(Value::as_str) {
            self.out.served(model);
        }
        if let Some(usage) = value.get("usage").and_then(usage::chat) {
            self.out.usage(usage);
        }
        // JSON that could be read is text.
        self.out.text(&String::from_utf8_lossy(body));
        self.out.finish(FinishReason::Stop);
        self.out.end(None);
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::{Extra, MessageRole, Params, Usage};

    use super::*;
    use crate::{Event, answering::checks::drain};

    fn request(messages: Vec<Message>) -> ModelRequest {
        let fields = json!({"dimensions": 3, "model": "other", "input": "other"}).as_object().cloned();
        ModelRequest {
            model: "embed-1".into(),
            messages,
            params: Params::default(),
            schema: None,
            tools: Vec::new(),
            tool_choice: None,
            extra: fields.map(|fields| Extra { protocol: Protocol::OpenaiChat, fields }),
            stream: false,
        }
    }

    fn blocks(blocks: Vec<Block>) -> Message {
        Message { role: MessageRole::User, content: Content::Blocks(blocks) }
    }

    #[test]
    fn each_message_is_one_input_and_the_callers_other_fields_are_passed_on() {
        let tokens =
            Block::Other { protocol: Protocol::OpenaiChat, value: json!({"type": "tokens", "tokens": [1, 2]}) };
        let sent = body(&request(vec![Message::text(MessageRole::User, "Grüße"), blocks(vec![tokens])]));
        let sent: Option<Value> = sent.ok().and_then(|sent| serde_json::from_slice(&sent).ok());
        assert_eq!(sent, Some(json!({"model": "embed-1", "input": ["Grüße", [1, 2]], "dimensions": 3})));
        let odd = blocks(vec![Block::Reasoning { text: "hm".into(), signature: None }]);
        for none in [Vec::new(), vec![odd]] {
            assert_eq!(body(&request(none)).err().map(|failure| failure.class), Some(ErrorClass::Client));
        }
    }

    fn read(body: &str) -> Vec<Result<Event, Failure>> {
        let mut reader = VectorsReader::new("host".into(), Scrub::default());
        reader.whole(body.as_bytes());
        drain(&mut reader)
    }

    #[test]
    fn an_answer_is_passed_on_as_it_came_with_its_tokens_counted() {
        let body = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25]}],"model":"embed-1-2026","usage":{"prompt_tokens":7,"total_tokens":7}}"#;
        assert_eq!(
            read(body),
            [
                Ok(Event::Served { model: "embed-1-2026".into() }),
                Ok(Event::Usage(Usage { input: 7, ..Usage::default() })),
                Ok(Event::Delta(body.into())),
                Ok(Event::Finished(FinishReason::Stop)),
            ]
        );
    }

    #[test]
    fn an_answer_without_vectors_is_none() {
        for (body, class) in [
            ("<html>", ErrorClass::Malformed),
            (r#"{"data":[]}"#, ErrorClass::Malformed),
            (r#"{"data":[{"embedding":[0.2"#, ErrorClass::Malformed),
            (r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#, ErrorClass::RateLimited),
        ] {
            let events = read(body);
            let found = events.last().and_then(|event| event.as_ref().err()).map(|failure| failure.class.clone());
            assert_eq!(found, Some(class), "{body}");
        }
    }
}
