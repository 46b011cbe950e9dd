//! Follows strict JSON through pieces of text that are cut anywhere. Every byte is looked at a fixed number of times.

mod prose;
mod target;
mod text;

use serde_json::Value;

use super::FieldState;
use crate::{
    log::{Step, pointer},
    mend::{Mender, finish},
    node::{Kind, Node},
    options::Options,
    reader::{Reader, Rules},
    schema::{Schema, ShapeId},
};
use target::{Opens, Target};

/// News of one field, with its path taken apart.
#[derive(Debug)]
pub(super) struct News {
    pub(super) path: Vec<Step>,
    pub(super) state: FieldState,
}

#[derive(Debug, Default)]
pub(super) struct Machine {
    /// Where the machine stands in the text.
    at: usize,
    state: State,
    frames: Vec<Frame>,
    prose: prose::Prose,
    steps: usize,
}

#[derive(Debug, Default)]
enum State {
    /// Before the value.
    #[default]
    Prose,
    /// A value is expected, or the end of a list that is empty so far.
    Value {
        or_end: bool,
    },
    /// A key is expected, or the end of an object that is empty so far.
    Key {
        or_end: bool,
    },
    /// Inside a string, after its first quote; `scan` is how far it was looked at.
    Text {
        start: usize,
        scan: usize,
        is_key: bool,
        shown: usize,
    },
    /// A string has ended at `end`, if what follows allows it.
    TextEnd {
        start: usize,
        end: usize,
        is_key: bool,
    },
    Colon,
    /// Inside a number or a word.
    Word {
        start: usize,
    },
    /// A number or a word has ended at `end`, if what follows allows it.
    WordEnd {
        start: usize,
        end: usize,
        comma: bool,
    },
    /// Inside a container whose fields aren't followed.
    Held {
        start: usize,
        depth: usize,
        text: Option<bool>,
    },
    /// A value has ended.
    After,
    Done,
    /// The text isn't strict JSON: only the end tells what was meant.
    Lost,
}

#[derive(Debug)]
struct Frame {
    is_record: bool,
    /// What its fields should be; nothing when they aren't shown.
    shape: Option<ShapeId>,
    /// The key that is being written, and what its value should be.
    key: Option<(String, Target)>,
    /// The keys whose values are known, so that a second value isn't shown.
    seen: Vec<usize>,
    other: std::collections::HashSet<String>,
    items: usize,
}

struct Run<'m, 't> {
    machine: &'m mut Machine,
    text: &'t str,
    schema: &'t Schema,
    options: &'t Options,
    news: Vec<News>,
}

impl Machine {
    /// Goes on as far as the text allows.
    pub(super) fn run(&mut self, text: &str, schema: &Schema, options: &Options) -> Vec<News> {
        let mut run = Run { machine: self, text, schema, options, news: Vec::new() };
        while run.step() {}
        run.news
    }

    pub(super) fn give_up(&mut self) {
        self.state = State::Lost;
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// What is being written, from the outside in.
    pub(super) fn open(&self) -> Vec<String> {
        if matches!(self.state, State::Done | State::Lost | State::Prose) {
            return Vec::new();
        }
        let path = self.path();
        let inside = matches!(
            self.state,
            State::Text { is_key: false, .. } | State::Held { .. } | State::Word { .. } | State::WordEnd { .. }
        );
        let depth = if inside { path.len() + 1 } else { self.frames.len() };
        (0..depth.min(path.len() + 1)).map(|end| pointer(&path[..end])).collect()
    }

    /// The path of the value that is being written.
    fn path(&self) -> Vec<Step> {
        let mut path = Vec::with_capacity(self.frames.len());
        for frame in &self.frames {
            match (&frame.key, frame.is_record) {
                (Some((key, _)), true) => path.push(Step::Key(key.clone())),
                (None, true) => {}
                (_, false) => path.push(Step::Item(frame.items)),
            }
        }
        path
    }
}

impl Run<'_, '_> {
    /// Does one thing; false when more text is needed.
    fn step(&mut self) -> bool {
        self.machine.steps += 1;
        match self.machine.state {
            State::Prose => self.prose(),
            State::Value { or_end } => self.value(or_end),
            State::Key { or_end } => self.key(or_end),
            State::Text { start, scan, is_key, shown } => self.inside_text(start, scan, is_key, shown),
            State::TextEnd { start, end, is_key } => self.text_end(start, end, is_key),
            State::Colon => match self.next() {
                Some(b':') => {
                    self.machine.at += 1;
                    self.go(State::Value { or_end: false })
                }
                Some(_) => self.lose(),
                None => false,
            },
            State::Word { start } => self.word(start),
            State::WordEnd { start, end, comma } => self.word_end(start, end, comma),
            State::Held { start, depth, text } => self.held(start, depth, text),
            State::After => self.after(),
            State::Done | State::Lost => false,
        }
    }

    fn go(&mut self, state: State) -> bool {
        self.machine.state = state;
        true
    }

    fn lose(&mut self) -> bool {
        self.machine.state = State::Lost;
        false
    }

    /// The next byte that isn't white space.
    fn next(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.machine.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.machine.at += 1;
            self.machine.steps += 1;
        }
        None
    }

    /// What the value that begins now should be.
    fn target(&self) -> Target {
        match self.machine.frames.last() {
            None => Target::Shape(ShapeId::ROOT),
            Some(Frame { key: Some((_, target)), is_record: true, .. }) => *target,
            Some(frame) => target::item(self.schema, frame.shape, frame.items),
        }
    }

    fn value(&mut self, or_end: bool) -> bool {
        let Some(next) = self.next() else { return false };
        let at = self.machine.at;
        match next {
            b']' if or_end => self.end_frame(),
            b'{' | b'[' => {
                if self.machine.frames.len() >= self.options.max_depth {
                    return self.lose();
                }
                match target::opens(self.schema, self.target(), next == b'{') {
                    Opens::Followed(shape) => {
                        self.machine.at += 1;
                        let is_record = next == b'{';
                        self.machine.frames.push(Frame {
                            is_record,
                            shape,
                            key: None,
                            seen: Vec::new(),
                            other: std::collections::HashSet::new(),
                            items: 0,
                        });
                        self.go(if is_record { State::Key { or_end: true } } else { State::Value { or_end: true } })
                    }
                    Opens::Held => self.go(State::Held { start: at, depth: 0, text: None }),
                }
            }
            b'"' => self.go(State::Text { start: at, scan: at + 1, is_key: false, shown: at + 1 }),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.go(State::Word { start: at }),
            _ => self.lose(),
        }
    }

    fn key(&mut self, or_end: bool) -> bool {
        let Some(next) = self.next() else { return false };
        let at = self.machine.at;
        match next {
            b'}' if or_end => self.end_frame(),
            b'"' => self.go(State::Text { start: at, scan: at + 1, is_key: true, shown: at + 1 }),
            _ => self.lose(),
        }
    }

    fn word(&mut self, start: usize) -> bool {
        let rest = &self.text.as_bytes()[self.machine.at..];
        let Some(length) =
            rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace())
        else {
            self.machine.at = self.text.len();
            self.machine.steps += rest.len();
            return false;
        };
        let end = self.machine.at + length;
        self.machine.steps += length;
        if serde_json::from_str::<Value>(&self.text[start..end]).is_err() {
            return self.lose();
        }
        self.machine.at = end;
        self.go(State::WordEnd { start, end, comma: false })
    }

    /// `12,111` as a field is one number, so what follows the comma has to be seen.
    fn word_end(&mut self, start: usize, end: usize, comma: bool) -> bool {
        let Some(next) = self.next() else { return false };
        let in_record = self.machine.frames.last().is_some_and(|frame| frame.is_record);
        if comma {
            if next.is_ascii_digit() {
                return self.lose();
            }
        } else if next == b',' {
            self.machine.at += 1;
            if in_record {
                return self.go(State::WordEnd { start, end, comma: true });
            }
        } else if !matches!(next, b'}' | b']') {
            return self.lose();
        }
        self.complete(start, end);
        if !comma && next != b',' {
            return self.go(State::After);
        }
        self.behind_comma()
    }

    fn held(&mut self, start: usize, mut depth: usize, mut text: Option<bool>) -> bool {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.machine.at) {
            self.machine.at += 1;
            self.machine.steps += 1;
            match (text, byte) {
                (Some(true), _) | (None, b'"') => text = Some(false),
                (Some(false), b'\\') => text = Some(true),
                (Some(false), b'"') => text = None,
                (None, b'{' | b'[') => depth += 1,
                (None, b'}' | b']') => {
                    depth -= 1;
                    if depth == 0 {
                        let end = self.machine.at;
                        self.complete(start, end);
                        return self.go(State::After);
                    }
                }
                _ => {}
            }
        }
        self.machine.state = State::Held { start, depth, text };
        false
    }

    /// Shows a value that is complete, if it can be said already what becomes of it.
    fn complete(&mut self, start: usize, end: usize) {
        let Target::Shape(id) = self.target() else { return };
        let Some(node) = self.node(start, end) else { return };
        let mut mender = Mender::new(self.schema, self.options, end - start, u32::MAX / 2);
        let mended = mender.mend(&node, id);
        self.machine.steps += mender.steps;
        if mended.wrong > 0 {
            return;
        }
        if let (Some(value), _) = finish(mended) {
            self.news.push(News { path: self.machine.path(), state: FieldState::Complete { value } });
        }
    }

    fn node(&mut self, start: usize, end: usize) -> Option<Node> {
        let text = &self.text[start..end];
        let kind = match text.as_bytes()[0] {
            b'{' | b'[' => {
                let mut reader = Reader::new(text, Rules::from(self.options), false, 0);
                let node = reader.container_at(0).ok().flatten();
                self.machine.steps += reader.steps();
                return node;
            }
            _ => match serde_json::from_str::<Value>(text).ok()? {
                Value::Null => Kind::Null,
                Value::Bool(value) => Kind::Bool(value),
                Value::Number(number) => Kind::Number(number, text.into()),
                Value::String(text) => Kind::Text(text),
                _ => return None,
            },
        };
        Some(Node { id: 0, kind, notes: Vec::new(), cut: false })
    }

    fn after(&mut self) -> bool {
        if self.machine.frames.is_empty() {
            return self.go(State::Done);
        }
        let Some(next) = self.next() else { return false };
        let is_record = self.machine.frames.last().is_some_and(|frame| frame.is_record);
        match (next, is_record) {
            (b',', _) => {
                self.machine.at += 1;
                self.behind_comma()
            }
            (b'}', true) | (b']', false) => self.end_frame(),
            _ => self.lose(),
        }
    }

    fn behind_comma(&mut self) -> bool {
        let Some(frame) = self.machine.frames.last_mut() else { return self.lose() };
        if frame.is_record {
            frame.key = None;
            return self.go(State::Key { or_end: false });
        }
        frame.items += 1;
        self.go(State::Value { or_end: false })
    }

    fn end_frame(&mut self) -> bool {
        self.machine.at += 1;
        let shown = self.machine.frames.pop().is_some_and(|frame| frame.shape.is_some());
        if shown {
            self.news.push(News { path: self.machine.path(), state: FieldState::Closed });
        }
        self.go(State::After)
    }
}
