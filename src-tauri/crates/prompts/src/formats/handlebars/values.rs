//! Values as JavaScript sees and prints them.

use serde_json::Value;

pub(super) fn field(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Object(map) => map.get(name).cloned(),
        Value::Array(list) if name == "length" => Some(Value::from(list.len())),
        Value::Array(list) => list.get(name.parse::<usize>().ok()?).cloned(),
        Value::String(text) if name == "length" => Some(Value::from(text.encode_utf16().count())),
        _ => None,
    }
}

/// What `if` takes as true.
pub(super) fn is_something(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(value) => !is_empty(value),
        None => false,
    }
}

/// What `with` takes as nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

pub(super) fn same(values: &[Option<Value>]) -> bool {
    match values {
        [Some(Value::Number(a)), Some(Value::Number(b))] => a.as_f64() == b.as_f64(),
        // Two lists or two objects are never the same one.
        [Some(Value::Array(_) | Value::Object(_)), _] => false,
        [a, b] => a == b,
        _ => false,
    }
}

/// A value as JavaScript prints it.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(truth)) => truth.to_string(),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e21 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        Some(Value::Array(list)) => list.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(","),
        Some(Value::Object(_)) => "[object Object]".to_owned(),
    }
}

pub(super) fn json(value: &Value, indent: usize) -> String {
    if indent == 0 {
        return value.to_string();
    }
    let blanks = vec![b' '; indent];
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(&blanks);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    match serde::Serialize::serialize(value, &mut serializer) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        Err(_) => value.to_string(),
    }
}
