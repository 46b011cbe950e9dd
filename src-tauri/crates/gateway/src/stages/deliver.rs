//! Handing a whole answer to the caller, as the stream that it would have been.

use signalbox_providers::ToolCallPiece;

use crate::{answer::Answer, event::CallEvent, pipeline::Passage};

/// How long a piece is at most, in bytes.
const PIECE: usize = 512;

/// The caller has gone, or has cancelled.
pub(crate) struct Gone;

/// Delivers an answer that is whole already.
pub(crate) async fn whole(passage: &Passage, answer: &Answer) -> Result<(), Gone> {
    let reply = answer.reply();
    if !reply.reasoning.is_empty() {
        send(passage, CallEvent::Reasoning(reply.reasoning.clone())).await?;
    }
    if let Some(signature) = &reply.signature {
        send(passage, CallEvent::Signed(signature.clone())).await?;
    }
    let (mut rest, mut start) = (answer.text(), 0);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE.min(rest.len())));
        let next = start + piece.encode_utf16().count() as u64;
        send(passage, CallEvent::Delta { start, text: piece.to_owned() }).await?;
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
        send(passage, CallEvent::ToolCall(piece)).await?;
    }
    if !reply.kept.is_empty() {
        send(passage, CallEvent::Kept(reply.kept.clone())).await?;
    }
    Ok(())
}

async fn send(passage: &Passage, event: CallEvent) -> Result<(), Gone> {
    tokio::select! {
        biased;
        () = passage.cancel.cancelled() => Err(Gone),
        sent = passage.events.send(event) => sent.map_err(|_| Gone),
    }
}
