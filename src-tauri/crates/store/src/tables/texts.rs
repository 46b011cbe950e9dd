//! The full-text index of calls. It holds no text of its own: words and where they are, by the call's key in the log.

use signalbox_domain::{Block, CallId, Content, Message, Role};

use crate::{StoreError, StoredCall, Tx};

/// The columns have names that no column of the log has, so that queries of both need no prefixes. Accents make no difference, as people leave them out when they search. Words of which only the beginning is typed
/// are found by an index of their first three letters.
pub(crate) const V2: &str = "
CREATE VIRTUAL TABLE texts USING fts5 (
    prompt_name, model_names, messages, answer, error_message,
    content = '', contentless_delete = 1, prefix = '3', tokenize = 'unicode61 remove_diacritics 2'
);
";

/// How much of one text is indexed, in bytes. What stands behind it is kept, but not found.
const LONGEST: usize = 64 * 1024;
/// How many words of a search are used.
const MOST_WORDS: usize = 32;
/// How much of a word must be typed, in bytes, before it counts as the beginning of longer ones. A letter of a script
/// that writes without spaces is enough, two Latin letters are not: they begin too many words.
const SHORTEST_BEGINNING: usize = 3;

/// What of a call is found by its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexedText {
    /// The prompt's name.
    pub prompt: String,
    /// The conversation as rendered; see [`searchable`].
    pub messages: String,
    /// The answer.
    pub answer: String,
    /// What went wrong.
    pub error: String,
}

/// The texts of a conversation, one after another, with the tools' names, arguments and results.
pub fn searchable(messages: &[Message]) -> String {
    let mut all = String::new();
    for message in messages {
        match &message.content {
            Content::Text(text) => push(&mut all, text),
            Content::Blocks(blocks) => blocks.iter().for_each(|block| match block {
                Block::Text { text } | Block::Reasoning { text, .. } => push(&mut all, text),
                Block::ToolCall(call) => {
                    push(&mut all, &call.name);
                    push(&mut all, &call.arguments);
                }
                Block::ToolResult { content, .. } => push(&mut all, content),
                Block::Image { .. } | Block::Other { .. } => {}
            }),
        }
    }
    all
}

fn push(all: &mut String, text: &str) {
    if !all.is_empty() {
        all.push('\n');
    }
    all.push_str(text);
}

/// The beginning of a text that is indexed.
fn capped(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

/// What a search means to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    /// Nothing was asked for.
    All,
    /// Something was asked for that no text can hold, such as punctuation alone.
    Nothing,
    /// An expression of the index, in which every word of the user's is quoted.
    Match(String),
}

/// Reads a search. All words must occur; words in double quotes must follow one another; the last word, unless it is
/// quoted, may be the beginning of a word. Nothing that a user types is syntax of the index.
pub(crate) fn search(text: &str) -> Search {
    let mut terms: Vec<String> = Vec::new();
    let mut last_is_open = false;
    for (number, part) in text.split('"').enumerate() {
        let quoted = number % 2 == 1;
        let words: Vec<&str> = if quoted { vec![part] } else { part.split_whitespace().collect() };
        for word in words {
            // The index ends a text at a NUL, and finds letters and digits only.
            let word: String = word.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            if word.chars().any(char::is_alphanumeric) {
                last_is_open = !quoted
                    && word
                        .rsplit(|c: char| !c.is_alphanumeric())
                        .next()
                        .is_some_and(|end| end.len() >= SHORTEST_BEGINNING);
                terms.push(format!("\"{word}\""));
            }
        }
    }
    terms.truncate(MOST_WORDS);
    if terms.is_empty() {
        return if text.trim().is_empty() { Search::All } else { Search::Nothing };
    }
    let open = if last_is_open && terms.len() < MOST_WORDS { "*" } else { "" };
    Search::Match(format!("{}{open}", terms.join(" AND ")))
}

impl Tx<'_> {
    /// Lets a call be found by its words. The call must have been put before, in this transaction or an earlier one;
    /// indexing it again replaces what was there.
    pub fn call_index(&self, id: CallId, text: &IndexedText) -> Result<(), StoreError> {
        let Some(n) = self.log_key(id)? else {
            return Err(StoreError::unreadable("call", &format!("{id} is to be indexed before it is stored")));
        };
        let models: Option<String> = self
            .connection()
            .prepare_cached(
                "SELECT group_concat(model, ' ') FROM
                 (SELECT model FROM log WHERE n = ?1 UNION SELECT model FROM attempts WHERE call = ?1)",
            )?
            .query_row([n], |row| row.get(0))?;
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO texts (rowid, prompt_name, model_names, messages, answer, error_message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                n,
                capped(&text.prompt),
                models,
                capped(&text.messages),
                capped(&text.answer),
                capped(&text.error),
            ))?;
        Ok(())
    }

    /// What a stored call is found by, from its record and its bodies as far as they are there.
    pub(crate) fn stored_text(&self, stored: &StoredCall) -> Result<IndexedText, StoreError> {
        let text = |hash| self.body(hash);
        let messages = match stored.request.map(text).transpose()?.flatten() {
            Some(request) => messages_of(&request),
            None => Vec::new(),
        };
        // Nobody looks for the numbers of a vector.
        let answer = stored.answer.filter(|_| stored.call.role != Role::Embed);
        let answer = answer.map(text).transpose()?.flatten().unwrap_or_default();
        Ok(IndexedText {
            messages: searchable(&messages),
            answer: String::from_utf8_lossy(&answer).into_owned(),
            ..record_text(stored)
        })
    }
}

/// What a call is found by when its texts are gone.
pub(crate) fn record_text(stored: &StoredCall) -> IndexedText {
    IndexedText {
        prompt: stored.call.prompt.as_ref().map(|prompt| prompt.name.clone()).unwrap_or_default(),
        error: stored.call.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default(),
        ..IndexedText::default()
    }
}

/// The conversation of a stored request; nothing when it isn't one.
fn messages_of(request: &[u8]) -> Vec<Message> {
    #[derive(serde::Deserialize)]
    struct Request {
        messages: Vec<Message>,
    }
    serde_json::from_slice(request).map(|request: Request| request.messages).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_user_types_is_syntax() {
        for (typed, meant) in [
            ("", Search::All),
            ("   ", Search::All),
            ("***", Search::Nothing),
            ("🚂", Search::Nothing),
            ("\"", Search::Nothing),
            ("refund", Search::Match(r#""refund"*"#.into())),
            ("re", Search::Match(r#""re""#.into())),
            ("late refund", Search::Match(r#""late" AND "refund"*"#.into())),
            ("\"late refund\" now", Search::Match(r#""late refund" AND "now"*"#.into())),
            ("now \"late refund", Search::Match(r#""now" AND "late refund""#.into())),
            ("a OR b NOT c", Search::Match(r#""a" AND "OR" AND "b" AND "NOT" AND "c""#.into())),
            ("prompt:x* (y)", Search::Match(r#""prompt:x*" AND "(y)""#.into())),
            ("late\0refund", Search::Match(r#""late refund"*"#.into())),
            ("日", Search::Match(r#""日"*"#.into())),
        ] {
            assert_eq!(search(typed), meant, "{typed:?}");
        }
    }

    #[test]
    fn a_text_is_cut_between_letters() {
        let text = "é".repeat(LONGEST);
        assert_eq!(capped(&text).len(), LONGEST);
        let text = format!("x{text}");
        assert_eq!(capped(&text).len(), LONGEST - 1, "half a letter is none");
    }
}
