//! The search of one text.

use std::ops::Range;

use regex::bytes::Captures;

use crate::{
    Secret,
    rules::{GUESS, Rule, Rules, Target},
};

/// The most that is found: a text with more is a list of keys.
const MOST: usize = 500;

/// How near to a line's end a word must be for the next line to be looked at too.
const NEAR_THE_END: usize = 64;

pub(crate) fn scan(rules: &'static Rules, text: &str) -> Vec<Secret> {
    let bytes = text.as_bytes();
    let Some(words) = &rules.words else { return Vec::new() };
    let mut found: Vec<Secret> = Vec::new();
    // The byte up to which each rule has been tried.
    let mut tried = vec![0_usize; rules.all.len()];
    let mut line = 0..0;
    for hit in words.find_overlapping_iter(bytes) {
        let calls_for = rules.of_word.get(hit.pattern().as_usize()).map(Vec::as_slice).unwrap_or_default();
        for &index in calls_for {
            let (Some(rule), Some(done)) = (rules.all.get(index), tried.get_mut(index)) else { continue };
            if hit.start() < *done {
                continue;
            }
            if !line.contains(&hit.start()) {
                line = line_of(bytes, hit.start());
            }
            let window = if rule.long {
                *done = bytes.len();
                line.start..bytes.len()
            } else {
                *done = line.end;
                line.start..window_end(bytes, &line, hit.end())
            };
            collect(rules, rule, text, window, &mut found);
            if found.len() >= MOST {
                return settled(found);
            }
        }
    }
    settled(found)
}

/// The line of a byte, with its end.
fn line_of(bytes: &[u8], at: usize) -> Range<usize> {
    let (before, after) = bytes.split_at(at.min(bytes.len()));
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let end = after.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    start..end
}

/// A value may stand on the line below its name.
fn window_end(bytes: &[u8], line: &Range<usize>, word_end: usize) -> usize {
    if line.end.saturating_sub(word_end) > NEAR_THE_END || line.end >= bytes.len() {
        return line.end;
    }
    line_of(bytes, line.end).end
}

/// Everything in a part of the text that has the shape of a rule.
fn collect(rules: &'static Rules, rule: &'static Rule, text: &str, window: Range<usize>, found: &mut Vec<Secret>) {
    let Some(pattern) = rule.pattern() else { return };
    let Some(part) = text.as_bytes().get(..window.end) else { return };
    let mut at = window.start;
    while let Some(captures) = pattern.captures_at(part, at) {
        let Some(whole) = captures.get(0) else { return };
        at = whole.end().max(at + 1);
        let secret = secret_in(rule, &captures);
        if entropy(part.get(secret.clone()).unwrap_or_default()) > rule.entropy
            && !is_allowed(rules, rule, part, &whole.range(), &secret)
        {
            let bytes = text.floor_char_boundary(secret.start)..text.ceil_char_boundary(secret.end);
            found.push(Secret { rule: &rule.id, bytes });
        }
        if found.len() >= MOST || at > part.len() {
            return;
        }
    }
}

/// The group that the rule names, else the first one that holds something, else everything.
fn secret_in(rule: &Rule, captures: &Captures<'_>) -> Range<usize> {
    let of_rule = rule.group.and_then(|group| captures.get(group));
    let group = of_rule.or_else(|| captures.iter().skip(1).flatten().find(|group| !group.is_empty()));
    group.or_else(|| captures.get(0)).map(|group| group.range()).unwrap_or_default()
}

fn is_allowed(rules: &Rules, rule: &Rule, bytes: &[u8], whole: &Range<usize>, secret: &Range<usize>) -> bool {
    let of = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
    rule.allowed.iter().chain(&rules.allowed).any(|allowed| {
        let target = match allowed.target {
            Target::Secret => of(secret),
            Target::Match => of(whole),
            Target::Line => of(&line_of(bytes, whole.start)),
        };
        allowed.allows(target, of(secret))
    })
}

/// Shannon's entropy, in bits per byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = bytes.len() as f64;
    let bits = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let share = f64::from(count) / all;
        -share * share.log2()
    });
    bits.sum()
}

/// In the text's order; of two that overlap, the one that has a mark of its own.
fn settled(mut found: Vec<Secret>) -> Vec<Secret> {
    found.sort_by_key(|secret| (secret.bytes.start, secret.rule == GUESS, secret.bytes.end));
    let mut kept: Vec<Secret> = Vec::new();
    for secret in found {
        match kept.last_mut() {
            Some(last) if secret.bytes.start < last.bytes.end => {
                if last.rule == GUESS && secret.rule != GUESS {
                    *last = secret;
                }
            }
            _ => kept.push(secret),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan;

    /// What is found, as rule and text. The keys are put together here, so that no scanner takes this file for a leak.
    fn found(text: &str) -> Vec<(&'static str, String)> {
        scan(text).into_iter().map(|secret| (secret.rule, text[secret.bytes].to_owned())).collect()
    }

    #[test]
    fn keys_are_told_by_their_shape() {
        let github = format!("ghp_{}", "x7Kq2mVb9TzR4wLc8YpN1sDf6HgJ3aEu5QiZ");
        let aws = format!("AKIA{}", "Q3RL7ZVT2XKMNB5W");
        let stripe = format!("sk_live_{}", "4eC39HqLyjWDarjtT1zdp7dc");
        for (rule, key) in [("github-pat", &github), ("aws-access-token", &aws), ("stripe-access-token", &stripe)] {
            let text = format!("Grüße 😀, use {key} for it.\nmore");
            assert_eq!(found(&text), [(rule, key.clone())]);
        }
        let text = format!("{github}\n{github} {aws}");
        assert_eq!(found(&text).len(), 3);
    }

    #[test]
    fn a_key_is_told_by_the_word_before_it_only_when_it_looks_random() {
        let value = "k9Zq4LxW7vTn2RbY8mPd";
        assert_eq!(found(&format!("api_key = \"{value}\"")), [(GUESS, value.to_owned())]);
        assert_eq!(found("api_key = \"{{ api_key }}\""), []);
        assert_eq!(found("The key = aaaaaaaaaaaaaaaaaaaaaaaa of it"), []);
        assert_eq!(found("Your secret: write one sentence, and use the token budget of 4,000 tokens."), []);
    }

    #[test]
    fn a_private_key_goes_over_lines() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(3);
        let text = format!("Use this:\n-----BEGIN {0}-----\n{body}-----END {0}-----\nplease", "PRIVATE KEY");
        let all = found(&text);
        assert_eq!(all.len(), 1);
        assert!(all[0].1.starts_with("-----BEGIN") && all[0].1.ends_with("KEY-----"), "{all:?}");
    }

    #[test]
    fn hostile_texts_are_searched_in_one_go() {
        for piece in ["key=", "s.", "ey", "curl -u ", "-----BEGIN PRIVATE KEY-----", "token: ghp_ ", "a\nsecret\n"] {
            let text = piece.repeat(200_000 / piece.len());
            assert!(scan(&text).len() <= MOST);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched_and_places_are_inside(
            text in "(?s)(.|key = |token|ghp_|AKIA|ey|curl -u |[A-Za-z0-9]{20,40}|\n|😀|e\u{301}){0,40}"
        ) {
            let mut last = 0;
            for secret in scan(&text) {
                prop_assert!(secret.bytes.start >= last && text.get(secret.bytes.clone()).is_some());
                last = secret.bytes.end;
            }
        }
    }
}
