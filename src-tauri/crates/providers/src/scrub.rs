//! Nothing that a provider says may carry a key into a message.

use signalbox_domain::Secret;

/// The longest text of a provider that is kept, in characters.
const LONGEST: usize = 500;

/// Cleans a provider's words before they become part of a failure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scrub {
    keys: Vec<Secret>,
}

impl Scrub {
    pub(crate) fn new(key: Option<&Secret>) -> Self {
        Self::of(key.cloned().into_iter().collect())
    }

    /// For a key whose parts are secret each by itself.
    pub(crate) fn of(mut keys: Vec<Secret>) -> Self {
        keys.retain(|key| !key.is_empty());
        Self { keys }
    }

    /// The text on one line, without the key, and at most 500 characters long.
    ///
    /// The key goes first: a text that was shortened before could keep half of it.
    pub(crate) fn clean(&self, text: &str) -> String {
        let without_key = self.without_key(text);
        let mut line = String::new();
        let mut count = 0;
        for word in without_key.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
            let more = word.chars().count() + usize::from(count > 0);
            if count + more > LONGEST {
                let room = (LONGEST - 1).saturating_sub(count + usize::from(count > 0));
                if count > 0 {
                    line.push(' ');
                }
                line.extend(word.chars().take(room));
                line.truncate(line.trim_end().len());
                line.push('…');
                return line;
            }
            if count > 0 {
                line.push(' ');
            }
            line.push_str(word);
            count += more;
        }
        line
    }

    /// The text with every occurrence of the key replaced, otherwise as it is.
    pub(crate) fn without_key(&self, text: &str) -> String {
        self.keys.iter().fold(text.to_owned(), |text, key| text.replace(key.expose(), "[key]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_a_key_that_a_provider_repeats_is_taken_out_before_shortening() {
        let scrub = Scrub::new(Some(&Secret::new("sk-canary-0123456789".into())));
        assert_eq!(scrub.clean("bad key sk-canary-0123456789,\n  try again"), "bad key [key], try again");
        let long = format!("{} sk-canary-0123456789", "x".repeat(LONGEST - 10));
        assert!(!scrub.clean(&long).contains("sk-"), "half a key is still a leak");
    }

    #[test]
    fn long_and_strange_texts_become_one_short_line() {
        let scrub = Scrub::default();
        for text in ["é".repeat(5_000), "word ".repeat(1_000), format!("{} tail", "y".repeat(LONGEST - 1))] {
            let clean = scrub.clean(&text);
            assert!(clean.chars().count() <= LONGEST, "{} characters", clean.chars().count());
            assert!(clean.ends_with('…'), "shortened texts say so");
        }
        assert_eq!(scrub.clean("a\u{0}b\r\n\tc"), "a b c");
        assert_eq!(scrub.clean(""), "");
    }
}
