//! The tool calls of an answer that comes in pieces, for protocols that say one call after another.

use serde::de::IgnoredAny;
use signalbox_domain::ToolCall;
use signalbox_providers::ToolCallPiece;

/// The most tool calls that one answer can hold; further ones are left out.
const MOST: usize = 1_024;

/// The arguments of a call without any.
pub(crate) const NOTHING: &str = "{}";

/// The arguments as they are said: a call without any has an empty object.
pub(crate) fn arguments(said: &str) -> &str {
    if said.trim().is_empty() { NOTHING } else { said }
}

/// The tool calls so far. One of them is being said; pieces of later ones wait until its arguments are whole, since their
/// providers may mix them and the protocol can't.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    list: Vec<ToolCall>,
    /// How many have been said to their end.
    done: usize,
    /// How much of the next one's arguments has been said; none before it has begun.
    said: Option<usize>,
}

/// What is to be said next.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A call begins.
    Begin(u32, &'a ToolCall),
    /// The next piece of its arguments; never empty.
    Arguments(&'a str),
    /// It is whole.
    End(u32, &'a ToolCall),
}

impl Calls {
    /// Whether any tool is asked for.
    pub(crate) fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// Takes a piece, and gives every step that can be said now to `say`.
    pub(crate) fn take(&mut self, piece: &ToolCallPiece, mut say: impl FnMut(Step<'_>)) {
        let index = piece.index as usize;
        if index >= MOST {
            return;
        }
        if self.list.len() <= index {
            let blank =
                || ToolCall { id: String::new(), name: String::new(), arguments: String::new(), signature: None };
            self.list.resize_with(index + 1, blank);
        }
        if let Some(call) = self.list.get_mut(index) {
            call.id.push_str(piece.id.as_deref().unwrap_or_default());
            call.name.push_str(piece.name.as_deref().unwrap_or_default());
            call.arguments.push_str(&piece.arguments);
            call.signature = piece.signature.clone().or(call.signature.take());
        }
        self.advance(false, &mut say);
    }

    /// Ends the call that is being said, if its arguments are whole. Says whether something else can be said now.
    pub(crate) fn pause(&mut self, mut say: impl FnMut(Step<'_>)) -> bool {
        if let (Some(_), Some(call)) = (self.said, self.list.get(self.done)) {
            if serde_json::from_str::<IgnoredAny>(&call.arguments).is_err() {
                return false;
            }
            say(Step::End(u32::try_from(self.done).unwrap_or(u32::MAX), call));
            (self.done, self.said) = (self.done + 1, None);
        }
        true
    }

    /// Says whatever waits, because the answer is whole.
    pub(crate) fn end(&mut self, mut say: impl FnMut(Step<'_>)) {
        self.advance(true, &mut say);
    }

    fn advance(&mut self, over: bool, say: &mut impl FnMut(Step<'_>)) {
        let count = self.list.len();
        while let Some(call) = self.list.get_mut(self.done) {
            if over && call.arguments.trim().is_empty() {
                // Whoever reads them expects an object.
                NOTHING.clone_into(&mut call.arguments);
                self.said = self.said.map(|_| 0);
            }
            let index = u32::try_from(self.done).unwrap_or(u32::MAX);
            let from = match self.said {
                Some(from) => from,
                // A call can't begin without its name.
                None if call.name.is_empty() && !over => return,
                None => {
                    say(Step::Begin(index, call));
                    0
                }
            };
            if let Some(rest) = call.arguments.get(from..).filter(|rest| !rest.is_empty()) {
                say(Step::Arguments(rest));
            }
            self.said = Some(call.arguments.len());
            let is_last = self.done + 1 == count;
            if !over && (is_last || serde_json::from_str::<IgnoredAny>(&call.arguments).is_err()) {
                return;
            }
            say(Step::End(index, call));
            (self.done, self.said) = (self.done + 1, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(index: u32, name: Option<&str>, arguments: &str) -> ToolCallPiece {
        let id = name.map(|name| format!("call_{name}"));
        ToolCallPiece { index, id, name: name.map(Into::into), arguments: arguments.into(), signature: None }
    }

    fn check(pieces: &[ToolCallPiece], expected: &[&str]) {
        let (mut calls, mut said) = (Calls::default(), Vec::new());
        let mut say = |step: Step<'_>| {
            said.push(match step {
                Step::Begin(index, call) => format!("{index} begins {}", call.name),
                Step::Arguments(text) => text.to_owned(),
                Step::End(index, _) => format!("{index} ends"),
            });
        };
        for piece in pieces {
            calls.take(piece, &mut say);
        }
        calls.end(&mut say);
        assert_eq!(said, expected);
    }

    #[test]
    fn calls_are_said_one_after_another_even_when_their_pieces_are_mixed() {
        let (a, b) = (piece(0, Some("a"), ""), piece(1, Some("b"), ""));
        check(
            &[a.clone(), piece(0, None, "{\"x\":"), piece(0, None, "1}"), b.clone(), piece(1, None, "{}")],
            &["0 begins a", "{\"x\":", "1}", "0 ends", "1 begins b", "{}", "1 ends"],
        );
        check(
            &[a.clone(), b.clone(), piece(1, None, "{\"y\":"), piece(0, None, "{}"), piece(1, None, "2}")],
            &["0 begins a", "{}", "0 ends", "1 begins b", "{\"y\":", "2}", "1 ends"],
        );
        let nothing = ["0 begins a", "{}", "0 ends", "1 begins b", "{}", "1 ends"];
        check(&[a, b], &nothing);
        check(&[piece(0, None, "{"), piece(0, Some("late"), "}")], &["0 begins late", "{}", "0 ends"]);
        check(&[piece(5_000, Some("far"), "{}")], &[]);
    }
}
