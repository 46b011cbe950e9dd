//! Collects the problems of one text, and says them in one voice.

use std::ops::Range;

use toml::de::DeTable;

use super::problem::{ConfigProblem, ProblemSeverity, locate};

/// The most problems that are reported; whoever has more has a different problem.
const MOST: usize = 100;

/// A value with the bytes that it was read from.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Range<usize>,
}

/// Collects the problems of one text.
pub(super) struct Reader<'t> {
    text: &'t str,
    found: Vec<Found>,
    /// Every key that was asked for, by the table that it stands in; what the schema is held against.
    #[cfg(test)]
    pub(super) asked: std::collections::BTreeMap<String, std::collections::BTreeSet<&'static str>>,
}

/// A problem whose place is still in bytes.
struct Found {
    span: Range<usize>,
    severity: ProblemSeverity,
    message: String,
    hint: Option<String>,
}

impl<'t> Reader<'t> {
    /// Reads a text as TOML. Every mistake in the syntax becomes a problem.
    pub(super) fn parse(text: &'t str) -> (DeTable<'t>, Self) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut reader = Self {
            text,
            found: Vec::new(),
            #[cfg(test)]
            asked: std::collections::BTreeMap::default(),
        };
        for error in errors.into_iter().take(MOST) {
            let span = error.span().unwrap_or(text.len()..text.len());
            let (message, hint) = match error.message() {
                "duplicate key" => ("this is written twice".to_owned(), Some("keep one of them".to_owned())),
                other if other.starts_with("string values must be quoted") => (
                    "there is no value here, or a text without quotes".to_owned(),
                    Some("write it as key = \"text\"".to_owned()),
                ),
                other => (other.to_owned(), None),
            };
            reader.error(&span, message, hint);
        }
        (root.into_inner(), reader)
    }

    /// Adds an error.
    pub(super) fn error(&mut self, span: &Range<usize>, message: impl AsRef<str>, hint: Option<String>) {
        self.add(span, ProblemSeverity::Error, message.as_ref(), hint);
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, span: &Range<usize>, message: impl AsRef<str>, hint: Option<String>) {
        self.add(span, ProblemSeverity::Warning, message.as_ref(), hint);
    }

    /// Notes which keys a table may hold.
    #[cfg(test)]
    pub(super) fn note(&mut self, path: &str, keys: &[&'static str]) {
        self.asked.entry(path.to_owned()).or_default().extend(keys);
    }

    /// A part of the text.
    pub(super) fn source(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Whether there is an error so far.
    pub(super) fn has_errors(&self) -> bool {
        self.found.iter().any(|f| f.severity == ProblemSeverity::Error)
    }

    /// The problems in the order of the text, errors before warnings when there are too many.
    pub(super) fn into_problems(mut self) -> Vec<ConfigProblem> {
        if self.found.len() > MOST {
            self.found.sort_by_key(|f| (f.severity != ProblemSeverity::Error, f.span.start));
            self.found.truncate(MOST);
        }
        self.found.sort_by_key(|f| (f.span.start, f.span.end));
        let text = self.text;
        self.found
            .into_iter()
            .map(|Found { span, severity, message, hint }| {
                let (line, column, range) = locate(text, &span);
                ConfigProblem { severity, line, column, range, message, hint }
            })
            .collect()
    }

    fn add(&mut self, span: &Range<usize>, severity: ProblemSeverity, message: &str, hint: Option<String>) {
        let (message, hint) = (without_keys(message), hint.map(|hint| without_keys(&hint)));
        self.found.push(Found { span: span.clone(), severity, message, hint });
    }
}

/// A value for a message: in quotes, and cut when it is long.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 40;
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("\"{}…\"", &value[..end]),
        None => format!("\"{value}\""),
    }
}

/// A message in which whatever looks like a key is hidden: people paste keys into the wrong place, and messages are shown
/// and logged.
fn without_keys(message: &str) -> String {
    const SHORTEST: usize = 8;
    let mut hidden = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find("sk-") {
        let inside_a_word = rest[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        let length = rest[start..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len() - start);
        let keep = if inside_a_word || length < SHORTEST { start + length } else { start + "sk-".len() };
        hidden.push_str(&rest[..keep]);
        if keep < start + length {
            hidden.push('…');
        }
        rest = &rest[start + length..];
    }
    hidden + rest
}

/// The hint for a word that isn't one of `known`: the nearest of them, or all.
pub(super) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    // One change for a short word, one in three letters for a longer one; more would suggest nonsense.
    let most = (word.chars().count() / 3).max(1);
    let near = known.iter().map(|k| (strsim::damerau_levenshtein(&word.to_lowercase(), &k.to_lowercase()), *k)).min();
    match near {
        Some((distance, near)) if distance <= most => Some(format!("did you mean `{near}`?")),
        Some(_) if known.len() <= 12 => Some(format!("there are {}", list(&known))),
        _ => None,
    }
}

/// Words for a message.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
