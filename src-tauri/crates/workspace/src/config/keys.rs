//! Reads the keys of one table. What nobody asked for is an error.

use std::{ops::Range, str::FromStr};

use signalbox_domain::Money;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    duration::parse_duration,
    names::check_name,
    reader::{At, Reader, shown, suggestion},
};

pub(super) use super::names::check_reference;

/// The longest text of one value, in characters.
const LONGEST_TEXT: usize = 2_000;

/// A table under a name that the user chose.
pub(super) struct Named<T> {
    /// What was read.
    pub value: T,
    /// The name.
    pub name: At<String>,
}

/// The keys of one table. It remembers what was asked for, so that the rest can be reported.
pub(super) struct Keys<'a, 't> {
    table: &'a DeTable<'t>,
    path: String,
    span: Range<usize>,
    /// What this table may hold; offered when a key is unknown.
    asked: Vec<&'static str>,
    /// What was reported already, and isn't offered.
    refused: Vec<&'static str>,
}

impl<'a, 't> Keys<'a, 't> {
    /// The keys of the whole file.
    pub(super) fn root(table: &'a DeTable<'t>) -> Self {
        Self { table, path: String::new(), span: 0..0, asked: Vec::new(), refused: Vec::new() }
    }

    /// Where the table is named; for what is missing in it.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// The table as people write it, such as `[models.mini]`.
    pub(super) fn title(&self) -> String {
        if self.path.is_empty() { "signalbox.toml".to_owned() } else { format!("[{}]", self.path) }
    }

    /// A text that isn't empty.
    pub(super) fn text(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<String>> {
        let (_, value) = self.find(key)?;
        let span = value.span();
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(reader, key, value, "text in quotes");
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            reader.error(&span, format!("`{key}` is empty"), Some("write something, or remove the key".into()));
            None
        } else if text.chars().count() > LONGEST_TEXT {
            reader.error(&span, format!("`{key}` is longer than {LONGEST_TEXT} characters"), Some("shorten it".into()));
            None
        } else if text.chars().any(char::is_control) {
            reader.error(
                &span,
                format!("`{key}` contains a control character"),
                Some("keep it on one line, without tabs".into()),
            );
            None
        } else {
            Some(At { value: text.to_owned(), span })
        }
    }

    /// A text that is a name by [`is_name`].
    pub(super) fn name(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<String>> {
        self.text(reader, key).filter(|text| check_name(reader, key, text))
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, reader: &mut Reader<'_>, key: &'static str, example: &str) -> Option<At<String>> {
        if self.find(key).is_none() {
            self.missing(reader, key, example);
            return None;
        }
        self.text(reader, key)
    }

    /// Says that a key is missing.
    pub(super) fn missing(&self, reader: &mut Reader<'_>, key: &str, example: &str) {
        reader.error(&self.span, format!("{} has no `{key}`", self.title()), Some(format!("add {key} = {example}")));
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<At<T>> {
        let text = self.text(reader, key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(At { value: *value, span: text.span });
        }
        let known = words.iter().map(|(word, _)| *word);
        reader.error(&text.span, format!("{} is no {key}", shown(&text.value)), suggestion(&text.value, known));
        None
    }

    /// A text that is read as `T`.
    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<At<T>> {
        let text = self.text(reader, key)?;
        match text.value.parse() {
            Ok(value) => Some(At { value, span: text.span }),
            Err(e) => {
                reader.error(&text.span, format!("`{key}`: {e}"), None);
                None
            }
        }
    }

    /// Dollars, as text so that they are exact.
    pub(super) fn money(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<Money>> {
        let (_, value) = self.find(key)?;
        if let DeValue::Integer(_) | DeValue::Float(_) = value.get_ref() {
            let number = reader.source(&value.span()).to_owned();
            reader.error(
                &value.span(),
                format!("`{key}` must be in quotes, so that it is exact"),
                Some(format!("write {key} = \"{number}\"")),
            );
            return None;
        }
        self.parsed(reader, key)
    }

    /// A duration such as `"20s"`, in milliseconds.
    pub(super) fn duration(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Option<At<u64>> {
        let text = self.text(reader, key)?;
        match parse_duration(&text.value) {
            Ok(value) if range.contains(&value) => Some(At { value, span: text.span }),
            Ok(_) => {
                let message = format!("`{key}` must be from {} ms to {} s", range.start(), range.end() / 1_000);
                reader.error(&text.span, message, None);
                None
            }
            Err(e) => {
                reader.error(&text.span, format!("`{key}`: {e}"), None);
                None
            }
        }
    }

    /// A whole number.
    pub(super) fn whole(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<At<u32>> {
        let (_, value) = self.find(key)?;
        let Some(number) = value.get_ref().as_integer() else {
            self.wrong_type(reader, key, value, "a whole number");
            return None;
        };
        let number = u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| range.contains(n));
        if number.is_none() {
            reader.error(
                &value.span(),
                format!("`{key}` must be a whole number from {} to {}", range.start(), range.end()),
                None,
            );
        }
        number.map(|n| At { value: n, span: value.span() })
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<bool> {
        let (_, value) = self.find(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(reader, key, value, "true or false");
        }
        flag
    }

    /// A share, over 0 and up to 1.
    pub(super) fn share(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<f64>> {
        let (_, value) = self.find(key)?;
        let number = match value.get_ref() {
            DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
            DeValue::Integer(n) => n.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong_type(reader, key, value, "a number");
                return None;
            }
        };
        let number = number.filter(|n| *n > 0.0 && *n <= 1.0);
        if number.is_none() {
            reader.error(
                &value.span(),
                format!("`{key}` must be over 0 and at most 1"),
                Some(format!("write {key} = 0.8 for 80 %")),
            );
        }
        number.map(|n| At { value: n, span: value.span() })
    }

    /// A table, here or on lines of its own.
    pub(super) fn table(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Keys<'a, 't>> {
        let (name, value) = self.find(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(reader, key, value, "a table");
            return None;
        };
        Some(Keys { table, path: self.below(key), span: name.span(), asked: Vec::new(), refused: Vec::new() })
    }

    /// Several tables under names that the user chose, in the order of the file.
    pub(super) fn named<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        mut read: impl FnMut(&str, &mut Keys<'a, 't>, &mut Reader<'_>) -> T,
    ) -> Vec<Named<T>> {
        let Some(parent) = self.table(reader, key) else {
            return Vec::new();
        };
        let mut entries: Vec<_> = parent.table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let mut all = Vec::new();
        for (name, value) in entries {
            let name = At { value: name.get_ref().to_string(), span: name.span() };
            check_name(reader, key.strip_suffix('s').unwrap_or(key), &name);
            let Some(table) = value.get_ref().as_table() else {
                let hint = format!("write [{key}.NAME] on a line of its own, and its keys below");
                reader.error(&name.span, format!("{} in [{key}] is not a table", shown(&name.value)), Some(hint));
                continue;
            };
            let mut keys = Keys {
                table,
                path: parent.below(&name.value),
                span: name.span.clone(),
                asked: Vec::new(),
                refused: Vec::new(),
            };
            let value = read(&name.value, &mut keys, reader);
            keys.finish(reader);
            all.push(Named { value, name });
        }
        all
    }

    /// A list of texts, or nothing when the value isn't one.
    pub(super) fn names(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<Vec<At<String>>>> {
        let (_, value) = self.find(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(reader, key, value, "a list such as [\"mini\"]");
            return None;
        };
        let mut names = Vec::new();
        for item in array {
            match item.get_ref().as_str() {
                Some(name) => names.push(At { value: name.to_owned(), span: item.span() }),
                None => self.wrong_type(reader, key, item, "a list of names in quotes"),
            }
        }
        Some(At { value: names, span: value.span() })
    }

    /// Whether a key is there and a table.
    pub(super) fn is_table(&mut self, key: &'static str) -> bool {
        self.find(key).is_some_and(|(_, value)| value.get_ref().is_table())
    }

    /// Whether a key is there and a number.
    pub(super) fn is_number(&mut self, key: &'static str) -> bool {
        self.find(key).is_some_and(|(_, value)| matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_)))
    }

    /// Whether a key is there.
    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// Refuses a key that this version doesn't know yet.
    pub(super) fn not_yet(&mut self, reader: &mut Reader<'_>, key: &'static str, what: &str) {
        self.refuse(reader, key, &format!("this version of Signalbox has no {what}"), &format!("remove `{key}`"));
    }

    /// Refuses a key with a message of its own.
    pub(super) fn refuse(&mut self, reader: &mut Reader<'_>, key: &'static str, message: &str, hint: &str) {
        if let Some((name, _)) = self.look(key) {
            self.refused.push(key);
            reader.error(&name.span(), message, Some(hint.to_owned()));
        }
    }

    /// Passes over keys about which nothing can be said, because something else is wrong.
    pub(super) fn ignore(&mut self, keys: &[&'static str]) {
        self.refused.extend_from_slice(keys);
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(&self, reader: &mut Reader<'_>) {
        #[cfg(test)]
        reader.note(&self.path, &self.asked);
        for (key, _) in self.table {
            let name: &DeString<'t> = key.get_ref();
            if !self.asked.contains(&name.as_ref()) && !self.refused.contains(&name.as_ref()) {
                let hint = suggestion(name, self.asked.iter().copied());
                reader.error(&key.span(), format!("{} has no key {}", self.title(), shown(name)), hint);
            }
        }
    }

    /// Says that a value has the wrong type.
    fn wrong_type(&self, reader: &mut Reader<'_>, key: &str, value: &Spanned<DeValue<'t>>, expected: &str) {
        let found = match value.get_ref().type_str() {
            "string" => "text",
            "integer" | "float" => "a number",
            "boolean" => "true or false",
            "datetime" => "a date",
            "array" => "a list",
            _ => "a table",
        };
        reader.error(&value.span(), format!("`{key}` in {} must be {expected}, not {found}", self.title()), None);
    }

    fn find(&mut self, key: &'static str) -> Option<(&'a Spanned<DeString<'t>>, &'a Spanned<DeValue<'t>>)> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.look(key)
    }

    fn look(&self, key: &str) -> Option<(&'a Spanned<DeString<'t>>, &'a Spanned<DeValue<'t>>)> {
        self.table.iter().find(|(name, _)| name.get_ref() == key)
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
