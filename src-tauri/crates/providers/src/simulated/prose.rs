//! Plausible words about what was asked.

use super::dice::Dice;

/// The most words that are taken from a question.
const MOST_TOPICS: usize = 12;
/// How much of a question is looked at, in characters.
const LOOKED_AT: usize = 8_000;

/// Words too common to be about anything.
const COMMON: &[&str] = &[
    "about",
    "after",
    "again",
    "also",
    "answer",
    "because",
    "been",
    "before",
    "being",
    "both",
    "could",
    "dear",
    "does",
    "each",
    "else",
    "every",
    "from",
    "give",
    "given",
    "have",
    "hello",
    "here",
    "into",
    "just",
    "kind",
    "like",
    "make",
    "many",
    "more",
    "most",
    "much",
    "must",
    "need",
    "okay",
    "only",
    "other",
    "over",
    "please",
    "regards",
    "same",
    "shall",
    "should",
    "sincerely",
    "some",
    "such",
    "sure",
    "tell",
    "than",
    "thank",
    "thanks",
    "that",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "very",
    "want",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "will",
    "with",
    "would",
    "write",
    "your",
];

const OPENERS: &[&str] = &[
    "Thank you for writing about {a}.",
    "In short, this comes down to {a} and {b}.",
    "Let us take {a} first, since {b} follows from it.",
    "What you describe touches {a} more than {b}.",
    "There are two sides to this: {a} and {b}.",
    "I have looked at {a} closely.",
];

const MIDDLES: &[&str] = &[
    "The part about {a} is settled quickly once {b} is known.",
    "If {a} changes, {b} should be checked again.",
    "Most people expect {a} to work without further steps, and here it does.",
    "For {a}, two or three days are usual.",
    "It helps to keep {a} and {b} apart.",
    "Where {a} is concerned, the simplest choice is often the right one.",
    "We can confirm {a} as soon as the details of {b} are there.",
    "That leaves {a}, which needs a decision by a person.",
    "A short note about {a} would make {b} easier to follow.",
];

const CLOSERS: &[&str] = &[
    "Let me know if {a} turns out differently.",
    "With that, {a} should be in order.",
    "If anything about {a} is still unclear, one more sentence is enough.",
    "I would start with {a} and see how far it goes.",
];

/// The words that a question is about, in its order.
pub(crate) fn topics(question: &str) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    let start: String = question.chars().take(LOOKED_AT).collect();
    for word in start.split(|c: char| !c.is_alphabetic()) {
        // Short words mean more in other scripts.
        let shortest = if word.is_ascii() { 4 } else { 2 };
        let folded = word.to_lowercase();
        if !(shortest..=24).contains(&word.chars().count()) || COMMON.contains(&folded.as_str()) {
            continue;
        }
        if topics.iter().all(|topic| topic.to_lowercase() != folded) {
            topics.push(word.to_owned());
        }
        if topics.len() == MOST_TOPICS {
            break;
        }
    }
    topics
}

/// One paragraph, or two from a large model.
pub(crate) fn answer(dice: &mut Dice, topics: &[String], large: bool) -> String {
    let mut paragraphs = Vec::new();
    for paragraph in 0..if large { 2 } else { 1 } {
        let first = if paragraph == 0 { sentence(OPENERS, dice, topics) } else { sentence(MIDDLES, dice, topics) };
        let mut sentences = vec![first];
        for _ in 0..2 + dice.below(if large { 4 } else { 2 }) {
            let next = sentence(MIDDLES, dice, topics);
            if !sentences.contains(&next) {
                sentences.push(next);
            }
        }
        sentences.push(sentence(CLOSERS, dice, topics));
        paragraphs.push(sentences.join(" "));
    }
    paragraphs.join("\n\n")
}

/// One sentence about the topics.
pub(crate) fn one_sentence(dice: &mut Dice, topics: &[String]) -> String {
    sentence(MIDDLES, dice, topics)
}

/// One of the topics, or a word that fits anywhere.
pub(crate) fn topic(dice: &mut Dice, topics: &[String]) -> String {
    match topics.get(dice.below(topics.len())) {
        Some(topic) => topic.clone(),
        None => dice.pick(&["the request", "the matter", "the next step", "the details"]).to_owned(),
    }
}

fn sentence(templates: &[&str], dice: &mut Dice, topics: &[String]) -> String {
    let template = dice.pick(templates);
    let first = named(topic(dice, topics));
    let mut second = named(topic(dice, topics));
    for _ in 0..4 {
        if second != first {
            break;
        }
        second = named(topic(dice, topics));
    }
    // Piece by piece, so that a topic that looks like a placeholder stays what it is.
    let mut text = String::new();
    for part in template.split_inclusive('}') {
        match part.strip_suffix("{a}") {
            Some(before) => text.extend([before, first.as_str()]),
            None => match part.strip_suffix("{b}") {
                Some(before) => text.extend([before, second.as_str()]),
                None => text.push_str(part),
            },
        }
    }
    text
}

/// A topic as it stands in a sentence: `the parcel`, but `Berlin`.
fn named(topic: String) -> String {
    let bare = topic.chars().all(|c| c.is_ascii_lowercase());
    if bare { format!("the {topic}") } else { topic }
}
