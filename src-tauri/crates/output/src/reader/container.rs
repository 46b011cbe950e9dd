//! Lists and objects.

use std::mem::take;

use super::{Place, Read, Reader, Stop, chars, shorten};
use crate::{
    node::{Kind, Member, Node},
    outcome::Broken,
    repair::What,
};

impl Reader<'_> {
    /// A list; `close` is how it ends, for tuples are lists too.
    pub(super) fn list(&mut self, close: u8) -> Read<Node> {
        self.enter()?;
        let around = take(&mut self.between);
        self.at += 1;
        self.lists += 1;
        let mut notes = Vec::new();
        if close == b')' {
            notes.push(What::ReadLiteral { from: "(".to_owned() });
        }
        let mut items = Vec::new();
        self.space();
        if self.eat(b',') {
            notes.push(What::RemovedComma);
        }
        let mut comma = true;
        loop {
            self.space();
            self.ellipsis(&mut notes);
            let Some(next) = self.peek() else { break };
            if next == close || self.is_other_end(next) {
                break;
            }
            if !comma {
                notes.push(What::AddedComma);
            }
            let before = self.at;
            match self.value(Place::Item)? {
                // A key: the list has no end, and the object around it goes on.
                Some(item) if self.is_key_of_outside(&item) => {
                    self.at = before;
                    self.wasted += 1;
                    break;
                }
                Some(item) => items.push(item),
                None => self.hopeless(Broken::Value, &mut notes)?,
            }
            comma = self.eat_comma();
            if self.at == before {
                self.hopeless(Broken::Value, &mut notes)?;
            }
        }
        if comma && !items.is_empty() {
            notes.push(What::RemovedComma);
        }
        self.lists -= 1;
        let cut = self.close(close, &mut notes);
        Ok(self.finish(Kind::List(items), notes, around, cut))
    }

    pub(super) fn record(&mut self) -> Read<Node> {
        self.enter()?;
        let around = take(&mut self.between);
        self.at += 1;
        self.records += 1;
        let mut notes = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        self.space();
        if self.eat(b',') {
            notes.push(What::RemovedComma);
        }
        let mut comma = true;
        loop {
            self.space();
            self.ellipsis(&mut notes);
            let Some(next) = self.peek() else { break };
            if matches!(next, b'}' | b'{' | b'[') || self.is_other_end(next) {
                break;
            }
            if self.thousands(comma, members.last_mut()) {
                comma = self.eat(b',');
                continue;
            }
            let before = self.at;
            match self.member(&mut notes)? {
                Some(member) => {
                    if !comma {
                        notes.push(What::AddedComma);
                    }
                    members.push(member);
                }
                None => self.hopeless(Broken::Key, &mut notes)?,
            }
            comma = self.eat_comma();
            if self.at == before {
                self.hopeless(Broken::Key, &mut notes)?;
            }
        }
        if comma && !members.is_empty() {
            notes.push(What::RemovedComma);
        }
        self.records -= 1;
        let cut = self.close(b'}', &mut notes);
        Ok(self.finish(Kind::Record(members), notes, around, cut))
    }

    fn member(&mut self, notes: &mut Vec<What>) -> Read<Option<Member>> {
        let Some(mut named) = self.key()? else { return Ok(None) };
        let Some(key) = take_text(&mut named) else { return Ok(None) };
        self.space();
        let mut colon = self.eat(b':');
        if !colon && (self.bytes[self.at..].starts_with(b"=>") || self.rules.mend && self.peek() == Some(b'=')) {
            self.at += 1;
            self.eat(b'>');
            notes.push(What::AddedColon);
            colon = true;
        }
        let ends = self.at_end();
        if !colon {
            if self.starts_value() {
                notes.push(What::AddedColon);
            } else if !ends && !self.rules.mend {
                return Err(self.broken(Broken::Colon));
            }
        }
        let absent = !colon && !self.starts_value();
        let value = if absent { None } else { self.value(Place::Field)? };
        let mut value = match value {
            Some(value) => value,
            None if colon || ends || self.rules.mend => {
                let mut node = self.node(Kind::Missing, vec![What::MissingValue]);
                node.cut = self.at_end() && self.open_end;
                node
            }
            None => return Err(self.broken(Broken::Colon)),
        };
        value.cut |= named.cut;
        named.notes.append(&mut value.notes);
        value.notes = named.notes;
        Ok(Some(Member { key, value }))
    }

    /// `12,111` as the value of a key: what follows the comma are three digits, and no key.
    fn thousands(&mut self, comma: bool, last: Option<&mut Member>) -> bool {
        if !comma || !self.rules.mend || self.at == 0 || self.bytes[self.at - 1] != b',' {
            return false;
        }
        let Some(Member { value: Node { kind: Kind::Number(_, raw), .. }, .. }) = last.as_deref() else { return false };
        if raw.len() > 60 || !raw.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b',')) {
            return false;
        }
        let rest = &self.bytes[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = digits;
        if rest.get(end) == Some(&b'.') {
            end += 1 + rest[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        let follows = rest[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        if digits != 3 || end > 40 || matches!(follows, Some(b':')) {
            return false;
        }
        let whole = format!("{raw},{}", &self.text[self.at..self.at + end]);
        let plain = whole.replace(',', "");
        let Ok(number) = serde_json::from_str(&plain) else { return false };
        self.at += end;
        self.space();
        if let Some(member) = last {
            let form = crate::repair::NumberForm::Thousands;
            member.value.notes.push(What::NumberFromText { from: whole.clone(), form });
            member.value.kind = Kind::Number(number, whole.into());
            member.value.cut = self.at_end() && self.open_end;
        }
        true
    }

    pub(super) fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > self.rules.max_depth {
            return Err(Stop::TooDeep { at: self.at });
        }
        Ok(())
    }

    fn is_key_of_outside(&self, item: &Node) -> bool {
        self.rules.mend && self.records > 0 && self.peek() == Some(b':') && matches!(item.kind, Kind::Text(_))
    }

    /// Whether a bracket that isn't the own one ends this container too.
    fn is_other_end(&self, byte: u8) -> bool {
        matches!(byte, b'}' | b']') || byte == b')' && self.rules.mend
    }

    /// Takes the bracket that ends this container. One that belongs to a container around it is left; one that belongs
    /// to none was meant for this.
    fn close(&mut self, close: u8, notes: &mut Vec<What>) -> bool {
        let Some(next) = self.peek() else {
            self.ran_out = true;
            notes.push(if self.open_end { What::CutContainer } else { What::AddedBracket });
            return self.open_end;
        };
        if next == close {
            self.at += 1;
            return false;
        }
        notes.push(What::AddedBracket);
        let belongs = match next {
            b'}' => self.records > 0,
            b']' => self.lists > 0,
            _ => true,
        };
        if !belongs {
            self.at += 1;
            notes.push(What::RemovedBracket);
        }
        false
    }

    fn finish(&mut self, kind: Kind, mut notes: Vec<What>, around: Vec<What>, cut: bool) -> Node {
        self.depth -= 1;
        notes.append(&mut self.between);
        self.between = around;
        let inner = match &kind {
            Kind::List(items) => items.last().is_some_and(|item| item.cut),
            Kind::Record(members) => members.last().is_some_and(|member| member.value.cut),
            _ => false,
        };
        let mut node = self.node(kind, notes);
        node.cut = cut || inner;
        node
    }

    /// Leaves out `...`, which stands for what the writer left out.
    fn ellipsis(&mut self, notes: &mut Vec<What>) {
        while self.bytes[self.at..].starts_with(b"...") || self.text[self.at..].starts_with('…') {
            self.at += 3;
            notes.push(What::RemovedEllipsis);
            self.space();
            self.eat(b',');
            self.space();
        }
    }

    /// Leaves out what no rule mends, up to where something could begin again.
    fn hopeless(&mut self, why: Broken, notes: &mut Vec<What>) -> Read<()> {
        if !self.rules.mend {
            return Err(self.broken(why));
        }
        let rest = &self.text[self.at..];
        let mut end = rest.chars().next().map_or(0, char::len_utf8);
        end +=
            rest[end..].find(|next: char| chars::ends_words(next) || chars::is_quote(next)).unwrap_or(rest.len() - end);
        let text = shorten(&rest[..end]);
        self.steps += end;
        self.at += end;
        notes.push(What::RemovedText { text });
        Ok(())
    }
}

/// A key's text, whatever it was written as.
fn take_text(node: &mut Node) -> Option<String> {
    match &mut node.kind {
        Kind::Text(text) | Kind::Words(text, _) => Some(take(text)),
        _ => None,
    }
}
