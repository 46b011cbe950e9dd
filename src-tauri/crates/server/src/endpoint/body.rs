//! A body while it is read: what is taken from it, and where in it something is wrong.

use std::{fmt, ops::RangeInclusive};

use serde_json::{Map, Value};
use signalbox_domain::{ErrorClass, Failure};

/// A place in a body, such as `messages[2].content[0].image_url`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// The body itself.
    Body,
    /// A field of an object.
    Field(&'a At<'a>, &'a str),
    /// An item of a list.
    Item(&'a At<'a>, usize),
}

/// An object of a body. Its fields are taken one after another; what is left over has no place of its own.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) at: At<'a>,
    left: Map<String, Value>,
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("the body"),
            Self::Field(Self::Body, name) => f.write_str(name),
            Self::Field(of, name) => write!(f, "{of}.{name}"),
            Self::Item(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

impl At<'_> {
    /// The failure that something else is expected here than `found`.
    pub(crate) fn wrong(self, expected: &str, found: &Value) -> Failure {
        refused(format!("{self} must be {expected}, not {}", kind(found)))
    }

    /// The failure that something is missing here.
    pub(crate) fn missing(self, expected: &str) -> Failure {
        refused(format!("{self} is missing; it must be {expected}"))
    }

    /// The failure that what stands here can't be served.
    pub(crate) fn refused(self, why: &str) -> Failure {
        refused(format!("{self} {why}"))
    }

    /// A text.
    pub(crate) fn text(self, value: Value) -> Result<String, Failure> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(self.wrong("a string", &other)),
        }
    }

    /// A list.
    pub(crate) fn list(self, value: Value) -> Result<Vec<Value>, Failure> {
        match value {
            Value::Array(items) => Ok(items),
            other => Err(self.wrong("a list", &other)),
        }
    }
}

/// A failure of the caller.
pub(crate) fn refused(message: String) -> Failure {
    Failure::new(ErrorClass::Client, message)
}

/// What a value is, in words.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

impl<'a> Fields<'a> {
    /// Reads a whole body.
    pub(crate) fn read(body: &[u8]) -> Result<Fields<'static>, Failure> {
        let value = serde_json::from_slice(body).map_err(|error| refused(format!("the body isn't JSON: {error}")))?;
        Fields::of(At::Body, value)
    }

    /// The fields of an object.
    pub(crate) fn of(at: At<'a>, value: Value) -> Result<Self, Failure> {
        match value {
            Value::Object(left) => Ok(Self { at, left }),
            other => Err(at.wrong("an object", &other)),
        }
    }

    /// Takes a field; `null` is as good as nothing.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.shift_remove(name).filter(|value| !value.is_null())
    }

    /// Looks at a field without taking it.
    pub(crate) fn peek(&self, name: &str) -> Option<&Value> {
        self.left.get(name).filter(|value| !value.is_null())
    }

    /// Takes a field and what `read` makes of it at its place.
    fn take_as<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(At<'_>, Value) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let at = self.at;
        self.take(name).map(|value| read(At::Field(&at, name), value)).transpose()
    }

    /// Takes a text.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        self.take_as(name, |at, value| at.text(value))
    }

    /// Takes a text that must be there, and not be empty.
    pub(crate) fn some_text(&mut self, name: &str, expected: &str) -> Result<String, Failure> {
        let at = self.at;
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(At::Field(&at, name).refused(&format!("is empty; it must be {expected}"))),
            None => Err(At::Field(&at, name).missing(expected)),
        }
    }

    /// Takes a number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<f64>, Failure> {
        self.take_as(name, |at, value| value.as_f64().ok_or_else(|| at.wrong("a number", &value)))
    }

    /// Takes a whole number.
    pub(crate) fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Failure> {
        self.take_as(name, |at, value| {
            let found = whole(&value).and_then(|number| u32::try_from(number).ok());
            found.filter(|number| range.contains(number)).ok_or_else(|| {
                let expected = match (*range.start(), *range.end()) {
                    (least, u32::MAX) => format!("a whole number of at least {least}"),
                    (least, most) => format!("a whole number from {least} to {most}"),
                };
                at.wrong(&expected, &value)
            })
        })
    }

    /// Takes a whole number of any sign.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Failure> {
        self.take_as(name, |at, value| whole(&value).ok_or_else(|| at.wrong("a whole number", &value)))
    }

    /// Takes yes or no; no where nothing is said.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Failure> {
        let flag = self.take_as(name, |at, value| value.as_bool().ok_or_else(|| at.wrong("true or false", &value)))?;
        Ok(flag.unwrap_or(false))
    }

    /// Takes a list; an empty one where nothing is said.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, Failure> {
        Ok(self.take_as(name, |at, value| at.list(value))?.unwrap_or_default())
    }

    /// Takes texts: one alone, or a list.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Failure> {
        let texts = self.take_as(name, |at, value| match value {
            Value::String(text) => Ok(vec![text]),
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(index, item)| At::Item(&at, index).text(item)).collect()
            }
            other => Err(at.wrong("a string or a list of strings", &other)),
        })?;
        Ok(texts.unwrap_or_default())
    }

    /// Takes an object.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Failure> {
        self.take_as(name, |at, value| match value {
            Value::Object(fields) => Ok(fields),
            other => Err(at.wrong("an object", &other)),
        })
    }

    /// What was never taken, but for what says nothing.
    pub(crate) fn rest(self) -> Map<String, Value> {
        let mut rest = self.left;
        rest.retain(|_, value| !value.is_null());
        rest
    }

    /// The object as it was, but for what was taken.
    pub(crate) fn back(self) -> Value {
        Value::Object(self.left)
    }
}

/// A whole number, which may be written with a point.
fn whole(value: &Value) -> Option<i64> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < 9e15;
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(|number| number as i64))
}
