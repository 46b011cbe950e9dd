//! What an answer should become, as far as mending needs to know it. The validator knows the rest.

use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

use super::Limits;

/// A shape's place in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ShapeId(pub(crate) usize);

impl ShapeId {
    pub(crate) const ROOT: Self = Self(0);
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// Whether everything is allowed.
    pub(crate) is_any: bool,
    pub(crate) types: Types,
    /// The only allowed values.
    pub(crate) choices: Option<Vec<Value>>,
    pub(crate) fields: Vec<Field>,
    /// Where each field is, by its name.
    pub(crate) by_name: HashMap<String, usize>,
    /// Where each field is, by its name and its other names without case and separators.
    pub(crate) by_folded: HashMap<String, usize>,
    pub(crate) patterns: Vec<(Regex, ShapeId)>,
    /// What other keys may hold.
    pub(crate) rest: Rest,
    /// What the first items are.
    pub(crate) prefix: Vec<ShapeId>,
    /// What the items after those are.
    pub(crate) items: Option<ShapeId>,
    pub(crate) limits: Limits,
    /// The shapes of which it is one; each of them holds everything that is said here, too.
    pub(crate) ways: Vec<ShapeId>,
    pub(crate) default: Option<Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) shape: ShapeId,
    pub(crate) required: bool,
}

/// What keys may hold that aren't named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Rest {
    #[default]
    Anything,
    Nothing,
    Shape(ShapeId),
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const NULL: Self = Self(1);
    pub(crate) const BOOL: Self = Self(2);
    pub(crate) const INTEGER: Self = Self(4);
    pub(crate) const NUMBER: Self = Self(8);
    pub(crate) const TEXT: Self = Self(16);
    pub(crate) const LIST: Self = Self(32);
    pub(crate) const RECORD: Self = Self(64);
    pub(crate) const ALL: Self = Self(127);
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOL,
            "integer" => Self::INTEGER,
            "number" => Self(Self::NUMBER.0 | Self::INTEGER.0),
            "string" => Self::TEXT,
            "array" => Self::LIST,
            "object" => Self::RECORD,
            _ => Self::NONE,
        }
    }

    /// What a value is.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOL,
            Value::Number(_) => Self(Self::NUMBER.0 | Self::INTEGER.0),
            Value::String(_) => Self::TEXT,
            Value::Array(_) => Self::LIST,
            Value::Object(_) => Self::RECORD,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn any_scalar(self) -> bool {
        self.0 & !(Self::LIST.0 | Self::RECORD.0 | Self::NULL.0) != 0
    }
}

impl Default for Types {
    fn default() -> Self {
        Self::ALL
    }
}
