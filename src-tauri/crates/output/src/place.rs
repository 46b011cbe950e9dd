//! Where in a JSON text the value of a JSON pointer stands.

use std::ops::Range;

/// Where something stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its key, quotes included; none for the whole and for what stands in a list.
    pub key: Option<Range<usize>>,
    /// Its value.
    pub value: Range<usize>,
}

impl Place {
    /// What to point at: a value of one line, else its key, else the value's first bracket.
    pub fn mark(&self, text: &str) -> Range<usize> {
        let value = text.get(self.value.clone()).unwrap_or_default();
        match &self.key {
            _ if !value.contains('\n') => self.value.clone(),
            Some(key) => key.clone(),
            None => self.value.start..self.value.start + value.chars().next().map_or(0, char::len_utf8),
        }
    }
}

/// Where the value of a JSON pointer stands in a valid JSON text. For what isn't there, the nearest thing around it is
/// given.
pub fn place_of(text: &str, pointer: &str) -> Place {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    scanner.blank();
    let mut place = Place { key: None, value: scanner.at..text.trim_end().len().max(scanner.at) };
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        scanner.at = place.value.start;
        match scanner.below(text, &step) {
            Some(found) => place = found,
            None => break,
        }
    }
    place
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// What stands under a key or a number of the list or object at this place.
    fn below(&mut self, text: &str, step: &str) -> Option<Place> {
        let is_object = match self.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        let mut index = 0;
        // Of a key that is written twice the last counts.
        let mut found = None;
        loop {
            self.blank();
            if matches!(self.peek()?, b']' | b'}') {
                return found;
            }
            let key = if is_object { Some(self.key()?) } else { None };
            let start = self.at;
            self.value()?;
            let named = match &key {
                Some(key) => serde_json::from_str::<String>(text.get(key.clone())?).is_ok_and(|key| key == step),
                None => step.parse() == Ok(index),
            };
            if named {
                found = Some(Place { key, value: start..self.at });
                if !is_object {
                    return found;
                }
            }
            index += 1;
            self.blank();
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
    }

    fn key(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.string()?;
        let end = self.at;
        self.blank();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.blank();
        Some(start..end)
    }

    fn string(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Goes behind the value at this place.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => {
                    let word = |byte: u8| !matches!(byte, b',' | b':' | b']' | b'}') && !byte.is_ascii_whitespace();
                    let start = self.at;
                    while self.peek().is_some_and(word) {
                        self.at += 1;
                    }
                    if self.at == start {
                        return None;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"a/b\": { \"enum\": [1, \"z\\\"\", {}] },\n    \"é\": true\n  }\n}\n";

    fn check(pointer: &str, key: Option<&str>, value: &str) {
        let place = place_of(TEXT, pointer);
        assert_eq!(place.key.map(|key| &TEXT[key]), key, "{pointer}");
        assert_eq!(&TEXT[place.value], value, "{pointer}");
    }

    #[test]
    fn a_pointer_leads_to_its_key_and_its_value() {
        check("/type", Some("\"type\""), "\"object\"");
        check("/properties/a~1b", Some("\"a/b\""), "{ \"enum\": [1, \"z\\\"\", {}] }");
        check("/properties/a~1b/enum/1", None, "\"z\\\"\"");
        check("/properties/a~1b/enum/2", None, "{}");
        check("/properties/é", Some("\"é\""), "true");
        check("", None, TEXT.trim_end());
    }

    #[test]
    fn what_is_not_there_is_pointed_at_by_what_is_around_it() {
        check("/type/deeper", Some("\"type\""), "\"object\"");
        check("/properties/a~1b/enum/9", Some("\"enum\""), "[1, \"z\\\"\", {}]");
    }

    #[test]
    fn a_text_that_is_no_json_has_no_place_and_does_no_harm() {
        for text in ["", " ", "{", "{\"a\"", "{\"a\":", "{\"a\" 1}", "[1", "[,]", "{\"a\\", "]", "{]}", "[}"] {
            for pointer in ["", "/a", "/0", "/0/1", "/"] {
                let place = place_of(text, pointer);
                assert!(text.get(place.value.clone()).is_some(), "{text} {pointer}");
                assert!(text.get(place.mark(text)).is_some(), "{text} {pointer}");
            }
        }
    }

    #[test]
    fn what_has_many_lines_is_marked_by_its_key() {
        assert_eq!(&TEXT[place_of(TEXT, "/properties").mark(TEXT)], "\"properties\"");
        assert_eq!(&TEXT[place_of(TEXT, "").mark(TEXT)], "{");
        assert_eq!(&TEXT[place_of(TEXT, "/type").mark(TEXT)], "\"object\"");
    }
}
