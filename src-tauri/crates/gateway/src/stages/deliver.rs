//! Handing a whole answer to the caller, as the stream that it would have been.

use signalbox_providers::ToolCallPiece;

use tokio::time::Instant;

use crate::{
    answer::Answer,
    event::CallEvent,
    listener::{Listener, Undelivered},
};

/// How long a piece is at most, in bytes.
const PIECE: usize = 512;

/// Delivers an answer that is whole already, with what the model thought or without it.
pub(crate) async fn whole(events: &Listener, answer: &Answer, thinks: bool, until: Instant) -> Result<(), Undelivered> {
    let reply = answer.reply();
    if thinks && !reply.reasoning.is_empty() {
        events.deliver(CallEvent::Reasoning(reply.reasoning.clone()), until).await?;
    }
    if let Some(signature) = reply.signature.as_ref().filter(|_| thinks) {
        events.deliver(CallEvent::Signed(signature.clone()), until).await?;
    }
    let (mut rest, mut start) = (answer.text(), 0);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE.min(rest.len())));
        let next = start + piece.encode_utf16().count() as u64;
        events.deliver(CallEvent::Delta { start, text: piece.to_owned() }, until).await?;
        (rest, start) = (after, next);
    }
    for (index, call) in (0..).zip(&reply.tool_calls) {
        let piece = ToolCallPiece {
            index,
            id: Some(call.id.clone()),
            name: Some(call.name.clone()),
            arguments: call.arguments.clone(),
            signature: call.signature.clone(),
        };
        events.deliver(CallEvent::ToolCall(piece), until).await?;
    }
    if !reply.kept.is_empty() {
        events.deliver(CallEvent::Kept(reply.kept.clone()), until).await?;
    }
    Ok(())
}
