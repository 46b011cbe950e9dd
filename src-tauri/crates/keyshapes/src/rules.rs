//! The table of shapes, read once.

use std::{
    io::Read,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use flate2::read::GzDecoder;
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;

use crate::dialect::translated;

/// The shape that has no mark of its own, only words such as `key` and `token` before it.
pub(crate) const GUESS: &str = "generic-api-key";

/// Most of a compiled pattern, in bytes.
const LARGEST_PATTERN: usize = 16 << 20;

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
    let mut json = String::new();
    // The file is part of this crate, and a test reads it: it can't be broken.
    let read = GzDecoder::new(&include_bytes!("../data/rules.json.gz")[..]).read_to_string(&mut json);
    let file = read.ok().and_then(|_| serde_json::from_str(&json).ok()).unwrap_or_default();
    Rules::new(file)
});

pub(crate) fn shipped() -> &'static Rules {
    &SHIPPED
}

/// All shapes, and the words that tell which of them are worth trying.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) all: Vec<Rule>,
    pub(crate) words: Option<AhoCorasick>,
    /// For each word, the rules that need it.
    pub(crate) of_word: Vec<Vec<usize>>,
    pub(crate) allowed: Vec<Allowed>,
}

/// One shape.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    /// Bits per character that the secret must have more than.
    pub(crate) entropy: f64,
    /// The group that is the secret.
    pub(crate) group: Option<usize>,
    /// Whether a match goes over lines.
    pub(crate) long: bool,
    pub(crate) allowed: Vec<Allowed>,
    source: String,
    pattern: OnceLock<Option<Regex>>,
}

/// What looks like a secret and is known to be none.
#[derive(Debug)]
pub(crate) struct Allowed {
    pub(crate) target: Target,
    /// Whether a pattern and a word are needed, instead of one of them.
    pub(crate) both: bool,
    patterns: Vec<String>,
    words: Vec<String>,
    compiled: OnceLock<(Option<RegexSet>, Option<AhoCorasick>)>,
}

/// What an allowed pattern is held against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

#[derive(Debug, Default, Deserialize)]
struct File {
    allowlist: AllowedEntry,
    rules: Vec<RuleEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleEntry {
    id: String,
    regex: Option<String>,
    /// A rule for files of such names says nothing about a text without one.
    path: Option<String>,
    keywords: Vec<String>,
    entropy: Option<f64>,
    secret_group: Option<usize>,
    #[serde(default)]
    allowlists: Vec<AllowedEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowedEntry {
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(default)]
    stopwords: Vec<String>,
    condition: Option<String>,
    #[serde(default)]
    regex_target: Target,
}

impl Rules {
    fn new(file: File) -> Self {
        let mut rules = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut rules_of: Vec<Vec<usize>> = Vec::new();
        for entry in file.rules {
            let (Some(source), None) = (entry.regex, entry.path) else { continue };
            for word in entry.keywords {
                let at = words.iter().position(|known| *known == word).unwrap_or_else(|| {
                    words.push(word);
                    rules_of.push(Vec::new());
                    words.len() - 1
                });
                if let Some(of) = rules_of.get_mut(at) {
                    of.push(rules.len());
                }
            }
            rules.push(Rule {
                id: entry.id,
                entropy: entry.entropy.unwrap_or_default(),
                group: entry.secret_group,
                long: ["[\\s\\S", "(?s:", "[\\r\\n]"].iter().any(|mark| source.contains(mark)),
                allowed: entry.allowlists.into_iter().filter_map(Allowed::new).collect(),
                source,
                pattern: OnceLock::new(),
            });
        }
        let words = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words);
        Self {
            all: rules,
            words: words.ok(),
            of_word: rules_of,
            allowed: Allowed::new(file.allowlist).into_iter().collect(),
        }
    }
}

impl Rule {
    /// The pattern, compiled when it is first needed.
    pub(crate) fn pattern(&self) -> Option<&Regex> {
        self.pattern.get_or_init(|| compiled(&self.source)).as_ref()
    }
}

impl Allowed {
    fn new(entry: AllowedEntry) -> Option<Self> {
        let AllowedEntry { regexes, stopwords, condition, regex_target } = entry;
        let both = condition.is_some_and(|condition| condition.eq_ignore_ascii_case("and"));
        let says = !regexes.is_empty() || !stopwords.is_empty();
        says.then(|| Self {
            target: regex_target,
            both,
            patterns: regexes,
            words: stopwords,
            compiled: OnceLock::new(),
        })
    }

    /// Whether a secret is one that is allowed. `target` is what the patterns are held against.
    pub(crate) fn allows(&self, target: &[u8], secret: &[u8]) -> bool {
        let (patterns, words) = self.compiled.get_or_init(|| {
            let patterns = self.patterns.iter().map(|pattern| translated(pattern));
            let patterns = RegexSetBuilder::new(patterns).unicode(false).size_limit(LARGEST_PATTERN).build().ok();
            let words = AhoCorasick::builder().ascii_case_insensitive(true).build(&self.words).ok();
            (patterns.filter(|_| !self.patterns.is_empty()), words.filter(|_| !self.words.is_empty()))
        });
        let by_pattern = patterns.as_ref().map(|patterns| patterns.is_match(target));
        let by_word = words.as_ref().map(|words| words.is_match(secret));
        match (by_pattern, by_word) {
            (Some(pattern), Some(word)) if self.both => pattern && word,
            (pattern, word) => pattern.unwrap_or(false) || word.unwrap_or(false),
        }
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    // The table's dialect has bytes and ASCII classes.
    RegexBuilder::new(&translated(pattern)).unicode(false).size_limit(LARGEST_PATTERN).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_table_can_be_used() {
        let rules = shipped();
        assert_eq!(rules.all.len(), 217, "222 without those for files of certain names");
        assert!(rules.words.is_some());
        let broken: Vec<&str> =
            rules.all.iter().filter(|rule| rule.pattern().is_none()).map(|rule| rule.id.as_str()).collect();
        assert_eq!(broken, [""; 0]);
        assert!(rules.all.iter().any(|rule| rule.id == GUESS));
        for allowed in rules.all.iter().flat_map(|rule| &rule.allowed).chain(&rules.allowed) {
            allowed.allows(b"", b"");
            let built = allowed.compiled.get().map(|(patterns, words)| (patterns.is_some(), words.is_some()));
            assert_eq!(
                built,
                Some((!allowed.patterns.is_empty(), !allowed.words.is_empty())),
                "{:?}",
                allowed.patterns
            );
        }
    }

    #[test]
    fn every_rule_has_a_word_that_calls_for_it() {
        let rules = shipped();
        let called: std::collections::HashSet<usize> = rules.of_word.iter().flatten().copied().collect();
        assert_eq!(called.len(), rules.all.len());
    }
}
