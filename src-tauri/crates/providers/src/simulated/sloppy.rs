//! A value as models write it that don't take JSON seriously.

use serde_json::Value;

/// The value behind a sentence and in a fence, with single quotes, numbers and truth values as Python has them in text, and
/// a comma too many. What it says is still determined.
pub(crate) fn sloppy(value: &Value) -> String {
    let mut text = String::from("Here is what you asked for:\n\n```json\n");
    write(value, &mut text);
    text.push_str("\n```\n");
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("None"),
        Value::Bool(true) => text.push_str("True"),
        Value::Bool(false) => text.push_str("False"),
        Value::Number(number) => quoted(&number.to_string(), text),
        Value::String(said) => quoted(said, text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push_str(", ");
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (name, value) in fields {
                quoted(name, text);
                text.push_str(": ");
                write(value, text);
                text.push_str(",\n");
            }
            text.push('}');
        }
    }
}

/// A text in single quotes. Quotes inside would make it ambiguous, which is another fault.
fn quoted(said: &str, text: &mut String) {
    text.push('\'');
    text.extend(said.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')));
    text.push('\'');
}
