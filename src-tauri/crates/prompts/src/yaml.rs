//! Reading YAML into JSON's values, with a guard.

use serde_json::Value;
use serde_yaml_ng::Location;

/// How many more brackets may be open than closed. The reader's time grows with the square of its depth.
const DEEPEST: usize = 1_000;

/// The text isn't YAML that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct YamlError {
    /// What is wrong, without its place.
    pub(crate) message: String,
    /// The byte where the reader stopped.
    pub(crate) at: usize,
    /// Its line, from 1.
    pub(crate) line: usize,
}

/// Reads one document.
pub(crate) fn read(text: &str) -> Result<Value, YamlError> {
    if let Some(at) = too_deep(text) {
        let line = text.get(..at).unwrap_or_default().lines().count().max(1);
        return Err(YamlError { message: format!("it nests more than {DEEPEST} levels deep"), at, line });
    }
    let yaml: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(|error| {
        let whole = error.to_string();
        let message = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
        let place = error.location();
        YamlError {
            message,
            at: place.as_ref().map_or(0, Location::index),
            line: place.as_ref().map_or(1, Location::line),
        }
    })?;
    Ok(to_json(yaml))
}

/// The byte where more is open than the reader can take in good time.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut items = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => items = 0,
            // `- - - x` and `? ? ? x` nest as well.
            b' ' if matches!(before, b'-' | b'?') => items += 1,
            _ => {}
        }
        if open > DEEPEST || items > DEEPEST {
            return Some(at);
        }
        before = byte;
    }
    None
}

/// YAML's values as JSON's. Keys that aren't text become text; the reader has bounded the depth.
fn to_json(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => {
            let whole = number.as_u64().map(Value::from).or_else(|| number.as_i64().map(Value::from));
            whole.or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
        }
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(list) => Value::Array(list.into_iter().map(to_json).collect()),
        Yaml::Mapping(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key_text(key), to_json(value))).collect())
        }
        Yaml::Tagged(tagged) => to_json(tagged.value),
    }
}

fn key_text(key: serde_yaml_ng::Value) -> String {
    match to_json(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
