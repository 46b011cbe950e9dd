//! A schema from values that should follow it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::options::DEEPEST;

/// The schema of one example.
pub fn from_example(example: &Value) -> Value {
    from_examples(std::slice::from_ref(example))
}

/// The schema that all examples follow: a field is required when every example has it.
pub fn from_examples(examples: &[Value]) -> Value {
    let mut seen = Seen::default();
    for example in examples {
        seen.add(example, 0);
    }
    seen.schema()
}

/// What was seen at one place.
#[derive(Debug, Default)]
struct Seen {
    count: usize,
    scalars: Scalars,
    texts: Vec<String>,
    items: Option<Box<Seen>>,
    objects: usize,
    fields: Vec<(String, Seen)>,
    /// Where each field is among them.
    places: HashMap<String, usize>,
}

/// Which scalars were seen.
#[derive(Debug, Default)]
struct Scalars(std::collections::BTreeSet<Scalar>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar {
    Text,
    Number,
    Integer,
    Boolean,
    Null,
}

impl Scalars {
    fn has(&self, scalar: Scalar) -> bool {
        self.0.contains(&scalar)
    }
}

impl Seen {
    fn add(&mut self, value: &Value, depth: usize) {
        const KEPT: usize = 50;
        self.count += 1;
        match value {
            _ if depth > DEEPEST => {}
            Value::Null => self.scalar(Scalar::Null),
            Value::Bool(_) => self.scalar(Scalar::Boolean),
            Value::Number(number) if number.is_f64() => self.scalar(Scalar::Number),
            Value::Number(_) => self.scalar(Scalar::Integer),
            Value::String(text) => {
                self.scalar(Scalar::Text);
                if self.texts.len() < KEPT {
                    self.texts.push(text.clone());
                }
            }
            Value::Array(items) => {
                let seen = self.items.get_or_insert_default();
                for item in items {
                    seen.add(item, depth + 1);
                }
            }
            Value::Object(map) => {
                self.objects += 1;
                for (key, value) in map {
                    let place = self.places.get(key).copied().unwrap_or_else(|| {
                        self.fields.push((key.clone(), Seen::default()));
                        self.places.insert(key.clone(), self.fields.len() - 1);
                        self.fields.len() - 1
                    });
                    self.fields[place].1.add(value, depth + 1);
                }
            }
        }
    }

    fn scalar(&mut self, scalar: Scalar) {
        self.scalars.0.insert(scalar);
    }

    fn schema(&self) -> Value {
        let mut forms: Vec<Map<String, Value>> = Vec::new();
        let mut form = |value: Value| {
            if let Value::Object(map) = value {
                forms.push(map);
            }
        };
        if self.scalars.has(Scalar::Text) {
            form(match format(&self.texts) {
                Some(format) => json!({ "type": "string", "format": format }),
                None => json!({ "type": "string" }),
            });
        }
        match (self.scalars.has(Scalar::Number), self.scalars.has(Scalar::Integer)) {
            (true, _) => form(json!({ "type": "number" })),
            (false, true) => form(json!({ "type": "integer" })),
            (false, false) => {}
        }
        if self.scalars.has(Scalar::Boolean) {
            form(json!({ "type": "boolean" }));
        }
        if let Some(items) = &self.items {
            form(if items.count == 0 {
                json!({ "type": "array" })
            } else {
                json!({ "type": "array", "items": items.schema() })
            });
        }
        if self.objects > 0 {
            let fields: Map<String, Value> =
                self.fields.iter().map(|(name, seen)| (name.clone(), seen.schema())).collect();
            let required: Vec<&String> =
                self.fields.iter().filter(|(_, seen)| seen.count == self.objects).map(|(name, _)| name).collect();
            form(
                json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false }),
            );
        }
        if self.scalars.has(Scalar::Null) {
            form(json!({ "type": "null" }));
        }
        let simple = forms.iter().all(|form| form.len() == 1);
        match forms.len() {
            0 => json!({}),
            1 => Value::Object(forms.remove(0)),
            2 if self.scalars.has(Scalar::Null) => {
                let mut only = forms.remove(0);
                if let Some(kind) = only.get_mut("type") {
                    *kind = json!([kind.clone(), "null"]);
                }
                Value::Object(only)
            }
            _ if simple => {
                let kinds: Vec<Value> = forms.into_iter().filter_map(|mut form| form.remove("type")).collect();
                json!({ "type": kinds })
            }
            _ => json!({ "anyOf": forms }),
        }
    }
}

/// The format that all texts have.
fn format(texts: &[String]) -> Option<&'static str> {
    type Format = (&'static str, fn(&str) -> bool);
    const FORMATS: &[Format] =
        &[("date-time", is_date_time), ("date", is_date), ("uuid", is_uuid), ("email", is_email), ("uri", is_uri)];
    FORMATS.iter().find(|(_, fits)| !texts.is_empty() && texts.iter().all(|text| fits(text))).map(|(name, _)| *name)
}

fn shape(text: &str, mould: &str) -> bool {
    text.len() == mould.len()
        && text.bytes().zip(mould.bytes()).all(|(byte, mould)| match mould {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            other => byte == other,
        })
}

fn is_date(text: &str) -> bool {
    shape(text, "0000-00-00")
}

fn is_date_time(text: &str) -> bool {
    text.is_char_boundary(19.min(text.len()))
        && text.len() >= 20
        && shape(&text[..19], "0000-00-00T00:00:00")
        && (text.ends_with('Z') || text[19..].contains(['+', '-']))
}

fn is_uuid(text: &str) -> bool {
    shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) && !host.contains('@')
}

fn is_uri(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://"))
        && text.len() > 8
        && !text.contains(char::is_whitespace)
}
