//! Counting a text again that has changed in one place, as at every keystroke.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use super::{Counted, TokenCounter};

/// The most pieces that are remembered, some megabytes. Then it begins anew.
const MOST: usize = 100_000;

/// Remembers how long the pieces of a text were. Of the pieces it keeps a hash and no text.
#[derive(Debug, Default)]
pub struct CountMemo {
    hasher: RandomState,
    known: Mutex<HashMap<(TokenCounter, u64), u32>>,
}

impl CountMemo {
    /// The length of a text, as [`TokenCounter::text`] gives it.
    pub fn text(&self, counter: TokenCounter, text: &str) -> Counted {
        if counter.tokenizer().is_none() {
            return counter.text(text);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let likely = pieces(text)
            .map(|piece| {
                let key = (counter, self.hasher.hash_one(piece));
                if let Some(&count) = known.get(&key) {
                    return u64::from(count);
                }
                let count = counter.text(piece).likely;
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(key, u32::try_from(count).unwrap_or(u32::MAX));
                count
            })
            .sum();
        Counted { likely, at_most: likely, exact: true }
    }
}

/// A text cut where no token goes across: before a line that begins with a letter or a digit. The tokenizers' patterns
/// end at a line feed that such a character follows.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let bytes = rest.as_bytes();
        let mut at = 0;
        let end = loop {
            match bytes.get(at..).and_then(|left| left.iter().position(|&byte| byte == b'\n')) {
                Some(skip) if bytes.get(at + skip + 1).is_some_and(u8::is_ascii_alphanumeric) => break at + skip + 1,
                Some(skip) => at += skip + 1,
                None => break rest.len(),
            }
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_pieces_counts_as_it_does_at_once() {
        let memo = CountMemo::default();
        let texts = [
            "",
            "\n",
            "One line",
            "Rules:\n- Be kind.\n- Be brief.\n\nAnswer in French.\r\nNow!\n/path\n  indented\n\tTabbed\n1. first\n2. second\n",
            "Grüße,\nä ö ü\n漢字\n😀😀\nHe's\n's\n\n\n\nX\n   \nY   \n\n   Z",
            "a.\nb!!\n//c\nd\n#e\n***\nf\n{{ name }}\ng\u{a0}\nh",
        ];
        for counter in [TokenCounter::O200k, TokenCounter::Cl100k, TokenCounter::Unknown] {
            for text in texts {
                // Twice, since the second time it is remembered.
                assert_eq!(memo.text(counter, text), counter.text(text), "{text:?}");
                assert_eq!(memo.text(counter, text), counter.text(text), "{text:?}");
            }
        }
        assert_eq!(memo.text(TokenCounter::O200k, &texts.concat()), TokenCounter::O200k.text(&texts.concat()));
    }

    #[test]
    fn a_line_that_changes_is_the_only_one_that_is_counted_anew() {
        let memo = CountMemo::default();
        let text = "Some words of a line\n".repeat(10);
        memo.text(TokenCounter::O200k, &text);
        let before = memo.known.lock().map_or(0, |known| known.len());
        memo.text(TokenCounter::O200k, &text.replacen("words", "letters", 1));
        assert_eq!(memo.known.lock().map_or(0, |known| known.len()), before + 1);
    }
}
