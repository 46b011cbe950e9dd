//! What comes before the value.

use super::{Opens, Run, State, Target, target};
use crate::{
    candidates::THOUGHTS,
    schema::{ShapeId, Types},
};

/// The longest name of an element that is waited for.
const LONGEST: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Prose {
    thinking: bool,
}

impl Run<'_, '_> {
    pub(super) fn prose(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.machine.at..];
        let Some(next) = rest.iter().position(|byte| matches!(byte, b'{' | b'[' | b'<')) else {
            self.machine.steps += rest.len();
            self.machine.at = self.text.len();
            return false;
        };
        self.machine.steps += next;
        self.machine.at += next;
        if rest[next] == b'<' {
            return self.element();
        }
        if self.machine.prose.thinking {
            self.machine.at += 1;
            return true;
        }
        let is_record = rest[next] == b'{';
        let Some(inside) = rest[next + 1..].iter().find(|byte| !byte.is_ascii_whitespace()) else { return false };
        if self.begins(is_record, *inside) {
            return self.go(State::Value { or_end: false });
        }
        self.machine.at += 1;
        true
    }

    /// Whether a bracket begins the value that the schema asks for.
    fn begins(&self, is_record: bool, inside: u8) -> bool {
        let kind = if is_record { Types::RECORD } else { Types::LIST };
        let root = self.schema.shape(ShapeId::ROOT);
        let Opens::Followed(Some(_)) = target::opens(self.schema, Target::Shape(ShapeId::ROOT), is_record) else {
            return false;
        };
        root.types.has(kind)
            && match inside {
                b'"' => true,
                b'}' => is_record,
                b'{' | b'[' | b']' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => !is_record,
                _ => false,
            }
    }

    fn element(&mut self) -> bool {
        let rest = &self.text[self.machine.at + 1..];
        let closing = rest.starts_with('/');
        let name = &rest[usize::from(closing)..];
        let end = name.find(|next: char| !next.is_ascii_alphanumeric());
        let Some(end) = end.or((name.len() > LONGEST).then_some(0)) else { return false };
        if THOUGHTS.iter().any(|thought| thought.eq_ignore_ascii_case(&name[..end])) {
            self.machine.prose.thinking = !closing;
        }
        self.machine.at += 1;
        true
    }
}
