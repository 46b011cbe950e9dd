//! Saved test values: named sets of values for a prompt's variables, in `values.yaml` beside its versions.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::yaml;

/// A named set of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SavedValues {
    /// Its name, which says what it tests.
    pub name: String,
    /// A value for each variable. What is missing has its default.
    #[ts(type = "Record<string, unknown>")]
    pub values: Map<String, Value>,
}

/// Saved values can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// Not YAML.
    #[error("the test values aren't YAML at line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// Not sets of values.
    #[error("the test values must be a mapping from a name to values{}", .0.as_ref().map(|name| format!("; {name} isn't")).unwrap_or_default())]
    Shape(
        /// The set that isn't one.
        Option<String>,
    ),
    /// Two sets with one name.
    #[error("there are two sets of test values named {0:?}; give one of them another name")]
    Duplicate(String),
    /// A set without a name.
    #[error("a set of test values needs a name")]
    Unnamed,
    /// They can't be put into YAML.
    #[error("the test values can't be written: {0}")]
    Unwritable(String),
}

/// Reads `values.yaml`. The order is the file's.
pub(crate) fn read(text: &str) -> Result<Vec<SavedValues>, ValuesError> {
    let yaml = yaml::read(text).map_err(|error| ValuesError::Syntax { line: error.line, message: error.message })?;
    match yaml {
        Value::Null => Ok(Vec::new()),
        Value::Object(sets) => sets
            .into_iter()
            .map(|(name, values)| match values {
                Value::Object(values) => Ok(SavedValues { name, values }),
                Value::Null => Ok(SavedValues { name, values: Map::new() }),
                _ => Err(ValuesError::Shape(Some(name))),
            })
            .collect(),
        _ => Err(ValuesError::Shape(None)),
    }
}

/// Writes `values.yaml`. Texts of several lines stay readable.
pub(crate) fn write(sets: &[SavedValues]) -> Result<String, ValuesError> {
    let mut text = String::new();
    for (index, set) in sets.iter().enumerate() {
        if set.name.trim().is_empty() {
            return Err(ValuesError::Unnamed);
        }
        if sets.iter().take(index).any(|other| other.name == set.name) {
            return Err(ValuesError::Duplicate(set.name.clone()));
        }
        let set = Map::from_iter([(set.name.clone(), Value::Object(set.values.clone()))]);
        let yaml = serde_yaml_ng::to_string(&set).map_err(|error| ValuesError::Unwritable(error.to_string()))?;
        let gap = if index == 0 { "" } else { "\n" };
        write!(text, "{gap}{yaml}").map_err(|error| ValuesError::Unwritable(error.to_string()))?;
    }
    // What can't be read again must not replace what can.
    match read(&text) {
        Ok(again) if again == sets => Ok(text),
        Ok(_) => Err(ValuesError::Unwritable("they would come back changed".to_owned())),
        Err(error) => Err(ValuesError::Unwritable(error.to_string())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn comes_back_in_order() {
        let text = "late parcel:\n  message: |\n    Hello,\n    where is it?\n  orders:\n  - id: H-1\n    total: 14.5\n\nnothing: {}\n";
        let sets = read(text).unwrap();
        assert_eq!(sets.len(), 2);
        assert_eq!(sets[0].values["orders"], json!([{ "id": "H-1", "total": 14.5 }]));
        assert_eq!(write(&sets).unwrap(), text);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(matches!(read("a: [1"), Err(ValuesError::Syntax { .. })));
        assert_eq!(read("- a"), Err(ValuesError::Shape(None)));
        assert_eq!(read("a: 1"), Err(ValuesError::Shape(Some("a".to_owned()))));
        let set = |name: &str| SavedValues { name: name.to_owned(), values: Map::new() };
        assert_eq!(write(&[set("a"), set("a")]), Err(ValuesError::Duplicate("a".to_owned())));
        assert_eq!(write(&[set(" ")]), Err(ValuesError::Unnamed));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(name in "[a-z ]{0,8}x", text in "(?s).{0,60}", number in any::<i64>()) {
            let values = Map::from_iter([("t".to_owned(), json!(text)), ("n".to_owned(), json!([number, null, true]))]);
            let sets = vec![SavedValues { name, values }];
            prop_assert_eq!(read(&write(&sets).unwrap()).unwrap(), sets);
        }
    }
}
