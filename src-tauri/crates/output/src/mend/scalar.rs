//! Numbers, truth values, texts and nothing, from whatever they were written as.

use serde_json::{Number, Value};

use super::{Mended, Mender, boolean, number};
use crate::{
    node::{Kind, Node, Reading},
    options::{CutNumber, Rounding},
    plain,
    repair::{NumberForm, What},
    schema::{Shape, Types},
};

/// What people write when there is nothing to write.
const NOTHING: &[&str] = &[
    "null",
    "none",
    "nil",
    "n/a",
    "na",
    "undefined",
    "nan",
    "-",
    "",
    "not available",
    "not applicable",
    "unknown",
    "not specified",
];

/// Whether a text says that there is nothing.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 20 && NOTHING.contains(&text.to_lowercase().as_str())
}

impl Mender<'_> {
    pub(super) fn exact_number(&self, number: &Number, node: &Node, shape: &Shape) -> Option<Mended> {
        if !shape.types.has(Types::INTEGER.or(Types::NUMBER)) || self.leaves_cut(node) {
            return None;
        }
        let value = number.as_f64()?;
        let mut own = node.notes.clone();
        let mut result = number.clone();
        let mut wrong = u32::from(!shape.limits.number(value));
        if !shape.types.has(Types::NUMBER) && !is_whole(number) {
            match self.rounded(value) {
                Some(rounded) => {
                    own.push(What::NumberFromText { from: number.to_string(), form: NumberForm::Rounded });
                    result = rounded;
                }
                None => wrong += 1,
            }
        }
        Some(Mended::value(Value::Number(result), own).wrong(wrong))
    }

    fn rounded(&self, value: f64) -> Option<Number> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let rounded = value.round();
        (self.options.rounding == Rounding::Nearest && rounded.abs() < EXACT).then(|| Number::from(rounded as i64))
    }

    fn leaves_cut(&self, node: &Node) -> bool {
        self.options.cut_number == CutNumber::Leave && plain::is_cut_number(node)
    }

    /// The cheapest scalar that a scalar can become.
    pub(super) fn scalar(&mut self, node: &Node, shape: &Shape) -> Option<Mended> {
        let mut best: Option<Mended> = None;
        let mut offer = |mended: Option<Mended>| {
            if let Some(mended) = mended
                && best.as_ref().is_none_or(|best| mended.rank() < best.rank())
            {
                best = Some(mended);
            }
        };
        offer(self.literal(node, shape));
        if shape.types.has(Types::TEXT) {
            offer(text(node, shape));
        }
        if shape.types.has(Types::INTEGER.or(Types::NUMBER)) {
            offer(self.number(node, shape));
        }
        if shape.types.has(Types::BOOL) {
            offer(boolean(node));
        }
        if shape.types.has(Types::NULL) {
            offer(nothing(node));
        }
        best
    }

    /// Words that are a literal of another language, where its type is asked for.
    fn literal(&self, node: &Node, shape: &Shape) -> Option<Mended> {
        let Kind::Words(_, Reading::Value(read)) = &node.kind else { return None };
        let (value, what) = &**read;
        let mut own = node.notes.clone();
        own.push(what.clone());
        match value {
            Value::Null if shape.types.has(Types::NULL) => Some(Mended::value(Value::Null, own)),
            Value::Bool(_) if shape.types.has(Types::BOOL) => Some(Mended::value(value.clone(), own)),
            Value::Number(number) if !self.leaves_cut(node) => {
                let whole = is_whole(number);
                let fits = shape.types.has(Types::NUMBER) || shape.types.has(Types::INTEGER) && whole;
                let limits = shape.limits.number(number.as_f64()?);
                fits.then(|| Mended::value(tidy(number, whole, shape), own).wrong(u32::from(!limits)))
            }
            _ => None,
        }
    }

    fn number(&self, node: &Node, shape: &Shape) -> Option<Mended> {
        let text = node.words()?;
        let integer = !shape.types.has(Types::NUMBER);
        let read = number::read(text, shape.limits.is_fraction(), self.options.percent)?;
        let mut number = read.number;
        let mut own = node.notes.clone();
        own.retain(|what| *what != What::AddedQuotes);
        own.push(What::NumberFromText { from: crate::reader::shorten(text), form: read.form });
        let mut wrong = 0;
        if integer && !is_whole(&number) {
            match self.rounded(number.as_f64()?) {
                Some(rounded) => {
                    own.push(What::NumberFromText { from: number.to_string(), form: NumberForm::Rounded });
                    number = rounded;
                }
                None => wrong += 1,
            }
        }
        wrong += u32::from(!shape.limits.number(number.as_f64()?));
        let whole = is_whole(&number);
        Some(Mended::value(tidy(&number, whole, shape), own).wrong(wrong))
    }
}

/// `5.0` as `5`, where an integer is asked for.
fn tidy(number: &Number, whole: bool, shape: &Shape) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value = number.as_f64().unwrap_or_default();
    if whole && number.is_f64() && !shape.types.has(Types::NUMBER) && value.abs() < EXACT {
        return Value::Number(Number::from(value as i64));
    }
    Value::Number(number.clone())
}

fn is_whole(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|value| value.fract() == 0.0)
}

fn text(node: &Node, shape: &Shape) -> Option<Mended> {
    let mut own = node.notes.clone();
    let text = match &node.kind {
        Kind::Words(text, reading) => {
            if matches!(reading, Reading::Value(..)) {
                own.push(What::AddedQuotes);
            }
            text.clone()
        }
        Kind::Number(_, raw) => {
            own.push(What::TextFromScalar);
            raw.to_string()
        }
        Kind::Bool(value) => {
            own.push(What::TextFromScalar);
            value.to_string()
        }
        _ => return None,
    };
    let wrong = u32::from(!shape.limits.text(&text));
    Some(Mended::value(Value::String(text), own).wrong(wrong))
}

fn boolean(node: &Node) -> Option<Mended> {
    let (value, from) = match &node.kind {
        Kind::Text(text) | Kind::Words(text, _) => (boolean::read(text)?, crate::reader::shorten(text)),
        Kind::Number(_, raw) => (boolean::read(raw)?, raw.to_string()),
        _ => return None,
    };
    let mut own = node.notes.clone();
    own.retain(|what| *what != What::AddedQuotes);
    own.push(What::BooleanFromText { from });
    Some(Mended::value(Value::Bool(value), own))
}

fn nothing(node: &Node) -> Option<Mended> {
    let mut own = node.notes.clone();
    match &node.kind {
        Kind::Missing => {}
        Kind::Text(text) | Kind::Words(text, _) if says_nothing(text) => {
            own.retain(|what| *what != What::AddedQuotes);
            own.push(What::NullFromText { from: text.clone() });
        }
        _ => return None,
    }
    Some(Mended::value(Value::Null, own))
}
