//! Texts cut into words, blanks and marks.

/// Cuts a text into words, runs of blanks, line ends, and single other characters. Put together again they are the text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\n' => 1,
            c if in_word(c) => length(rest, in_word),
            c if c.is_whitespace() => length(rest, |c| c.is_whitespace() && c != '\n'),
            c => c.len_utf8() + joiners(rest, c),
        };
        let (token, left) = rest.split_at(end.min(rest.len()));
        found.push(token);
        rest = left;
    }
    found
}

/// Whether a token is a word, and so counts as one.
pub(super) fn is_word(token: &str) -> bool {
    token.chars().next().is_some_and(char::is_alphanumeric)
}

/// Whether a token is only blanks within a line.
pub(super) fn is_blank(token: &str) -> bool {
    token.chars().all(|c| c.is_whitespace() && c != '\n')
}

fn in_word(c: char) -> bool {
    // Scripts without blanks between words are compared character by character.
    (c.is_alphanumeric() || c == '_' || is_mark(c)) && !is_ideograph(c)
}

fn length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of what makes one sign with the character before it, such as a skin tone or a second half of a flag.
fn joiners(text: &str, first: char) -> usize {
    let rest = text.get(first.len_utf8()..).unwrap_or_default();
    let mut end = 0;
    let mut joined = false;
    for c in rest.chars() {
        let extends = is_mark(c) || c == '\u{200d}' || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
        if !extends && !joined {
            break;
        }
        joined = c == '\u{200d}';
        end += c.len_utf8();
    }
    end
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{20d0}'..='\u{20ff}' | '\u{1ab0}'..='\u{1aff}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cuts_at_words() {
        assert_eq!(
            tokens("Hi, {{ shop.name }}\n"),
            ["Hi", ",", " ", "{", "{", " ", "shop", ".", "name", " ", "}", "}", "\n"]
        );
        assert_eq!(tokens("größe e\u{301}t 漢字 👩‍🔧!"), ["größe", " ", "e\u{301}t", " ", "漢", "字", " ", "👩‍🔧", "!"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(?s).{0,80}") {
            prop_assert_eq!(tokens(&text).concat(), text);
        }
    }
}
