//! An answer in one piece.

use axum::response::Response;
use signalbox_domain::CallStatus;
use signalbox_gateway::{CallEvent, StoredReply};

use super::{
    asked::{Asked, Whole},
    choices::Choices,
    reply::{Denied, json, name_calls},
    speech::Speech,
};

/// What has come of one answer.
#[derive(Default)]
struct Heard {
    text: String,
    reply: StoredReply,
    attempts: usize,
}

/// Waits for every answer that was asked for. When one of the calls fails, the others are given up.
pub(super) async fn answer(speech: Speech, asked: &Asked, mut choices: Choices) -> Result<Response, Denied> {
    let mut heard: Vec<Heard> = std::iter::repeat_with(Heard::default).take(choices.len()).collect();
    let mut wholes: Vec<Option<Whole>> = vec![None; choices.len()];
    while let Some((choice, event)) = choices.next().await {
        let (Some(heard), Some(whole)) = (heard.get_mut(choice), wholes.get_mut(choice)) else { continue };
        if let CallEvent::Ended(call) = event {
            if call.status != CallStatus::Done {
                return Err(Denied::Ended(call));
            }
            let Heard { text, reply, .. } = std::mem::take(heard);
            *whole = Some(Whole { call: *call, text, reply });
        } else {
            heard.take(event);
        }
    }
    let count = wholes.len();
    let wholes: Vec<Whole> = wholes.into_iter().flatten().collect();
    if wholes.len() < count {
        return Err(lost(&choices));
    }
    let mut response = json(200, &speech.whole(asked, &wholes));
    let calls: Vec<_> = wholes.iter().map(|whole| &whole.call).collect();
    name_calls(response.headers_mut(), &calls);
    Ok(response)
}

/// A call that ended without a word. It never should; if it does, the caller is told so.
pub(super) fn lost(choices: &Choices) -> Denied {
    match (0..choices.len()).find_map(|choice| choices.call(choice).filter(|call| call.status != CallStatus::Done)) {
        Some(call) => Denied::Ended(Box::new(call.clone())),
        None => Denied::wrong("the call ended without saying how"),
    }
}

impl Heard {
    fn take(&mut self, event: CallEvent) {
        match event {
            // Another attempt is made only when nothing of the answer has come, but thoughts may have.
            CallEvent::Changed(call) if call.attempts.len() > self.attempts => {
                *self = Self { attempts: call.attempts.len(), ..Self::default() };
            }
            CallEvent::Delta { text, .. } if self.text.is_empty() => self.text = text,
            CallEvent::Delta { text, .. } => self.text.push_str(&text),
            CallEvent::Reasoning(thought) => self.reply.think(&thought),
            CallEvent::Signed(signature) => self.reply.sign(&signature),
            CallEvent::Kept(fields) => self.reply.keep(fields),
            CallEvent::ToolCall(piece) => self.reply.call_tool(&piece),
            CallEvent::Changed(_) | CallEvent::Decided(_) | CallEvent::Draft { .. } | CallEvent::Ended(_) => {}
        }
    }
}
