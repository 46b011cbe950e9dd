//! Where in a prompt the words of a search are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Registry, RegistryError};
use crate::{name::PromptName, position::TextRange};

/// How many characters are shown around what was found.
const AROUND: usize = 48;

/// A place in which a word of a search was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Excerpt {
    /// What it is a part of.
    pub of: ExcerptOf,
    /// Some of the text, on one line.
    pub text: String,
    /// Where in it the word is, in code points.
    pub range: TextRange,
}

/// What a word was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ExcerptOf {
    /// The name.
    Name,
    /// What the prompt is for.
    Description,
    /// A label.
    Label,
    /// Why a version was saved.
    Message {
        /// The version.
        version: u32,
    },
    /// The text of the newest version.
    Text {
        /// The version.
        version: u32,
        /// The line in its template, from 1; in the front matter it is none.
        line: Option<u32>,
    },
}

/// The words of a search, in small letters, as the words of an index row have them.
pub fn search_terms(text: &str) -> Vec<String> {
    text.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

impl Registry {
    /// Where in a prompt a word of a search is: in its name, else in what it is for, its labels, its messages from the
    /// newest on, and its text. None when it was changed so that it has the word no more.
    pub fn excerpt(&self, name: &PromptName, terms: &[String]) -> Result<Option<Excerpt>, RegistryError> {
        let prompt = self.get(name)?;
        let summary = &prompt.summary;
        let mut places = vec![(ExcerptOf::Name, summary.name.to_string())];
        places.extend(summary.description.clone().map(|text| (ExcerptOf::Description, text)));
        places.extend(summary.labels.iter().map(|label| (ExcerptOf::Label, label.label.clone())));
        let messages =
            prompt.versions.iter().map(|info| (ExcerptOf::Message { version: info.number }, info.message.clone()));
        places.extend(messages);
        if let Some(found) = places.iter().find_map(|(of, text)| excerpt(*of, text, terms)) {
            return Ok(Some(found));
        }
        let Some(version) = summary.latest else { return Ok(None) };
        let (now, folder) = self.found(name)?;
        let (source, _) = folder.source(&now, version)?;
        let lines = (1..).zip(source.body.lines()).map(|(line, text)| (Some(line), text));
        let found = lines
            .chain(source.head.lines().map(|text| (None, text)))
            .find_map(|(line, text)| excerpt(ExcerptOf::Text { version, line }, text, terms));
        Ok(found)
    }
}

/// The first of the words in a text, with some of what is around it.
fn excerpt(of: ExcerptOf, text: &str, terms: &[String]) -> Option<Excerpt> {
    // A letter may become several when it is made small, so places are counted in letters of the text as it is.
    let letters: Vec<char> = text.chars().collect();
    let small: Vec<(char, usize)> = letters
        .iter()
        .enumerate()
        .flat_map(|(at, letter)| letter.to_lowercase().map(move |small| (small, at)))
        .collect();
    let (at, length) = terms.iter().filter(|term| !term.is_empty()).find_map(|term| {
        let term: Vec<char> = term.chars().collect();
        let at = small.windows(term.len()).position(|window| window.iter().map(|(letter, _)| letter).eq(&term))?;
        Some((at, term.len()))
    })?;
    let first = small.get(at)?.1;
    let end = small.get(at + length - 1)?.1 + 1;
    let from = first.saturating_sub(AROUND);
    let to = (end + AROUND).min(letters.len());
    let shown = letters.get(from..to)?.iter().map(|letter| if letter.is_control() { ' ' } else { *letter }).collect();
    let range = TextRange { start: (first - from) as u32, end: (end - from) as u32 };
    Some(Excerpt { of, text: shown, range })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_shown_with_what_is_around_it() {
        let long = format!("{}İstanbul Größe\tx{}", "é".repeat(100), "b".repeat(100));
        for (word, found) in [("größe", "Größe"), ("stanbul", "stanbul"), ("x", "x")] {
            let excerpt = excerpt(ExcerptOf::Name, &long, &search_terms(word)).unwrap();
            let range = excerpt.range.start as usize..excerpt.range.end as usize;
            let text: Vec<char> = excerpt.text.chars().collect();
            assert_eq!(text[range].iter().collect::<String>(), found);
            assert!(text.len() <= 2 * AROUND + found.chars().count() && !excerpt.text.contains('\t'));
        }
        assert_eq!(excerpt(ExcerptOf::Name, "", &search_terms("a")), None);
        assert_eq!(excerpt(ExcerptOf::Name, "a", &[String::new()]), None);
    }
}
