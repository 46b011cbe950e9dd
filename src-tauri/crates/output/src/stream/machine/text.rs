//! Keys and texts, which grow.

use super::{FieldState, News, Run, State, Target, target};

impl Run<'_, '_> {
    pub(super) fn inside_text(&mut self, start: usize, scan: usize, is_key: bool, shown: usize) -> bool {
        let rest = &self.text.as_bytes()[scan..];
        let Some(next) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
            let end = self.text.len();
            self.machine.steps += end - scan;
            let shown = self.grow(shown, end, is_key);
            self.machine.state = State::Text { start, scan: end, is_key, shown };
            return false;
        };
        self.machine.steps += next + 1;
        let at = scan + next;
        if rest[next] == b'"' {
            self.machine.at = at + 1;
            return self.go(State::TextEnd { start, end: at + 1, is_key });
        }
        // An escape is looked at as a whole, or waited for.
        let length = if rest.get(next + 1) == Some(&b'u') { 6 } else { 2 };
        if rest.len() < next + length {
            let shown = self.grow(shown, at, is_key);
            self.machine.state = State::Text { start, scan: at, is_key, shown };
            return false;
        }
        let mut end = at + length;
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.go(State::Text { start, scan: end, is_key, shown })
    }

    /// Shows what a text has grown by, up to `end`. How far it has been shown.
    fn grow(&mut self, shown: usize, end: usize, is_key: bool) -> usize {
        let Target::Shape(id) = self.target() else { return shown };
        if is_key || end <= shown || !target::is_free_text(self.schema, id) {
            return shown;
        }
        let piece = &self.text[shown..end];
        // Half of a pair of escapes says nothing yet.
        let halves = piece.rfind("\\ud").or_else(|| piece.rfind("\\uD")).filter(|&at| at + 12 > piece.len());
        let piece = &piece[..halves.unwrap_or(piece.len())];
        let Ok(more) = serde_json::from_str::<String>(&format!("\"{piece}\"")) else { return shown };
        self.machine.steps += piece.len();
        if more.is_empty() {
            return shown;
        }
        self.news.push(News { path: self.machine.path(), state: FieldState::Growing { more } });
        shown + piece.len()
    }

    pub(super) fn text_end(&mut self, start: usize, end: usize, is_key: bool) -> bool {
        let Some(next) = self.next() else { return false };
        if is_key {
            return if next == b':' { self.named(start, end) } else { self.lose() };
        }
        if !matches!(next, b',' | b'}' | b']') {
            return self.lose();
        }
        self.complete(start, end);
        self.go(State::After)
    }

    fn named(&mut self, start: usize, end: usize) -> bool {
        let Ok(key) = serde_json::from_str::<String>(&self.text[start..end]) else { return self.lose() };
        let schema = self.schema;
        let Some(frame) = self.machine.frames.last_mut() else { return self.lose() };
        let target = target::field(schema, frame.shape, &key, &mut frame.seen, &mut frame.other);
        frame.key = Some((key, target));
        self.go(State::Colon)
    }
}
