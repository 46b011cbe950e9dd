//! One of the allowed values, whatever it was written like.

use serde_json::Value;

use super::{Mended, Mender, boolean, number, scalar::says_nothing};
use crate::{
    fold::{allowed_mistakes, distance, fold, words},
    node::{Kind, Node, Reading},
    options::Percent,
    reader::shorten,
    repair::What,
};

/// The longest text in which a choice is looked for.
const LONGEST: usize = 2000;
/// Words that take back what follows.
const NEGATIONS: &[&str] =
    &["not", "no", "never", "isn't", "wasn't", "aren't", "without", "neither", "nor", "non", "don't", "cannot"];

impl Mender<'_> {
    pub(super) fn choice(&mut self, node: &Node, choices: &[Value]) -> Option<Mended> {
        self.steps += choices.len();
        if let Some(exact) = self.same(node, choices) {
            return Some(exact);
        }
        let taken = |choice: &Value, what: What| {
            let mut own = node.notes.clone();
            own.retain(|note| *note != What::AddedQuotes);
            own.push(what);
            Mended::value(choice.clone(), own)
        };
        let text = match &node.kind {
            Kind::Text(text) | Kind::Words(text, _) => text.clone(),
            Kind::Number(_, raw) => raw.to_string(),
            Kind::Bool(value) => value.to_string(),
            Kind::Null | Kind::Missing if choices.contains(&Value::Null) => {
                return Some(Mended::value(Value::Null, node.notes.clone()));
            }
            Kind::Null => "null".to_owned(),
            _ => return None,
        };
        if text.len() > LONGEST {
            return None;
        }
        self.steps += choices.len() * (1 + text.len() / 16);
        let from = shorten(&text);
        if let Some(choice) = folded(&text, choices) {
            return Some(taken(choice, What::ChoiceFolded { from }));
        }
        if let Some((choice, what)) = other_type(&text, choices) {
            return Some(taken(choice, what));
        }
        if let Some(choice) = contained(&text, choices) {
            return Some(taken(choice, What::ChoiceContained { from }));
        }
        nearest(&text, choices).map(|choice| taken(choice, What::ChoiceNearest { from }))
    }

    /// A node that is one of the choices already.
    fn same(&mut self, node: &Node, choices: &[Value]) -> Option<Mended> {
        let mut own = node.notes.clone();
        let found = match &node.kind {
            Kind::Text(text) => choices.iter().find(|choice| choice.as_str() == Some(text)),
            Kind::Words(text, reading) => {
                let read = match reading {
                    Reading::Value(read) => {
                        choices.iter().find(|choice| **choice == read.0).map(|choice| (choice, Some(&read.1)))
                    }
                    Reading::Text => None,
                };
                match read {
                    Some((choice, what)) => {
                        own.extend(what.cloned());
                        Some(choice)
                    }
                    None => choices.iter().find(|choice| choice.as_str() == Some(text)),
                }
            }
            Kind::Bool(value) => choices.iter().find(|choice| choice.as_bool() == Some(*value)),
            Kind::Null => choices.iter().find(|choice| choice.is_null()),
            Kind::Number(number, _) => {
                choices.iter().find(|choice| choice.as_f64().is_some_and(|value| number.as_f64() == Some(value)))
            }
            Kind::List(_) | Kind::Record(_) => {
                let plain = self.plain(node, Vec::new());
                let super::Made::Plain(value, _) = &plain.made else { return None };
                return choices.contains(value).then_some(plain);
            }
            Kind::Missing => None,
        }?;
        // A number keeps the form in which it was written.
        let value = match &node.kind {
            Kind::Number(number, _) => Value::Number(number.clone()),
            _ => found.clone(),
        };
        Some(Mended::value(value, own))
    }
}

fn only<'c>(mut found: impl Iterator<Item = &'c Value>) -> Option<&'c Value> {
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn named(choices: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    choices.iter().filter_map(|choice| Some((choice.as_str()?, choice)))
}

/// The only choice that is the same word without case and separators.
fn folded<'c>(text: &str, choices: &'c [Value]) -> Option<&'c Value> {
    let trimmed = text.trim();
    if let Some((_, choice)) = named(choices).find(|(name, _)| *name == trimmed) {
        return Some(choice);
    }
    let lower = trimmed.to_lowercase();
    if let Some(choice) =
        only(named(choices).filter(|(name, _)| name.to_lowercase() == lower).map(|(_, choice)| choice))
    {
        return Some(choice);
    }
    let text = fold(text);
    if text.is_empty() {
        return None;
    }
    only(named(choices).filter(|(name, _)| fold(name) == text).map(|(_, choice)| choice))
}

/// A choice that is no text, written as one.
fn other_type<'c>(text: &str, choices: &'c [Value]) -> Option<(&'c Value, What)> {
    let from = shorten(text);
    if choices.iter().any(Value::is_number)
        && let Some(read) = number::read(text, false, Percent::Points)
    {
        let value = read.number.as_f64();
        if let Some(choice) = choices.iter().find(|choice| choice.is_number() && choice.as_f64() == value) {
            return Some((choice, What::NumberFromText { from, form: read.form }));
        }
    }
    if choices.iter().any(Value::is_boolean)
        && let Some(value) = boolean::read(text)
    {
        let choice = choices.iter().find(|choice| choice.as_bool() == Some(value));
        return choice.map(|choice| (choice, What::BooleanFromText { from }));
    }
    let null = choices.iter().find(|choice| choice.is_null()).filter(|_| says_nothing(text));
    null.map(|choice| (choice, What::NullFromText { from }))
}

/// The only choice whose words stand in the text, without a word before them that takes it back.
fn contained<'c>(text: &str, choices: &'c [Value]) -> Option<&'c Value> {
    let text = words(text);
    let mut hits: Vec<(Vec<String>, &Value)> = Vec::new();
    for (name, choice) in named(choices) {
        let name = words(name);
        if name.is_empty() || name.len() > text.len() {
            continue;
        }
        let places: Vec<usize> = text
            .windows(name.len())
            .enumerate()
            .filter(|(_, window)| *window == name.as_slice())
            .map(|(place, _)| place)
            .collect();
        if places.is_empty() {
            continue;
        }
        let negated = places
            .iter()
            .any(|&place| text[place.saturating_sub(3)..place].iter().any(|word| NEGATIONS.contains(&word.as_str())));
        if negated {
            return None;
        }
        hits.push((name, choice));
    }
    // Of `red` and `dark red` the longer is meant.
    let longest = hits.iter().max_by_key(|(name, _)| name.len())?;
    let others = hits.iter().filter(|(name, _)| !longest.0.windows(name.len()).any(|window| window == name.as_slice()));
    if others.count() > 0 { None } else { Some(longest.1) }
}

/// The only choice that is nearly the same word, or that the text is the beginning of.
fn nearest<'c>(text: &str, choices: &'c [Value]) -> Option<&'c Value> {
    const BEGINNING: usize = 3;
    let text = fold(text);
    let most = allowed_mistakes(&text);
    let mut best: Option<(usize, &Value)> = None;
    let mut clear = false;
    for (name, choice) in named(choices) {
        let Some(far) = distance(&text, &fold(name), most.max(1) + 1) else { continue };
        match best {
            Some((nearest, _)) if far > nearest => {}
            Some((nearest, _)) if far == nearest => clear = false,
            _ => {
                best = Some((far, choice));
                clear = true;
            }
        }
    }
    if let Some((far, choice)) = best
        && clear
        && far <= most
    {
        return Some(choice);
    }
    if text.chars().count() < BEGINNING {
        return None;
    }
    only(named(choices).filter(|(name, _)| fold(name).starts_with(&text)).map(|(_, choice)| choice))
}
