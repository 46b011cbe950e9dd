//! The ways in which the text of a value goes wrong.

use serde_json::{Map, Value, json};

use crate::corpus::{PLAIN, Random, Style, texts, write};

/// One way in which the text of a value goes wrong; nothing where it can't, or where the value wouldn't be determined.
pub(crate) type Operator = fn(&mut Random, &Value, &Value) -> Option<String>;

pub(crate) const OPERATORS: &[(&str, Operator)] = &[
    ("fence", |random, value, _| {
        let name = *random.one(&["json", "", "JSON", "javascript"]);
        Some(format!("```{name}\n{}\n```", write(value, PLAIN)))
    }),
    ("prose around", |random, value, _| {
        let before = *random.one(&[
            "Sure! Here is the JSON you asked for:\n\n",
            "The result (see [1] and {this}) is: ",
            "I think it's this:\n",
        ]);
        let after = *random.one(&["\n\nLet me know if you need anything else!", "\nNote: [2] isn't used.", ""]);
        Some(format!("{before}{}{after}", write(value, PLAIN)))
    }),
    ("single quotes", |_, value, _| Some(write(value, Style { open: '\'', close: '\'', python: true, ..PLAIN }))),
    ("smart quotes", |_, value, _| {
        let quotes = texts(value).iter().any(|text| text.contains(['"', '\u{201c}', '\u{201d}']));
        (!quotes).then(|| write(value, Style { open: '\u{201c}', close: '\u{201d}', ..PLAIN }))
    }),
    ("comments", |_, value, _| Some(write(value, Style { comments: true, ..PLAIN }))),
    ("trailing commas", |_, value, _| Some(write(value, Style { trailing: true, ..PLAIN }))),
    ("Python literals", |_, value, _| Some(write(value, Style { python: true, ..PLAIN }))),
    ("unquoted keys", |_, value, _| Some(write(value, Style { bare_keys: true, ..PLAIN }))),
    ("missing commas", |_, value, _| Some(write(value, Style { commas: false, ..PLAIN }))),
    ("raw newlines", |_, value, _| Some(write(value, Style { raw_newlines: true, pretty: false, ..PLAIN }))),
    ("raw quotes", |_, value, _| {
        // Where what follows a quote looks like the end of a string, nobody can tell.
        let unclear = |text: &&str| {
            text.contains('"') && text.contains([',', ':', '{', '[', '/'])
                || text.ends_with('"')
                || text.starts_with('"')
        };
        (!texts(value).iter().any(unclear)).then(|| write(value, Style { raw_quotes: true, pretty: false, ..PLAIN }))
    }),
    ("wrong case of a choice", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let text = value.as_str().filter(|_| schema.get("enum").is_some() || schema.get("const").is_some())?;
            Some(json!(match random.below(4) {
                0 => text.to_uppercase(),
                1 => text.replace(['_', '-'], " "),
                2 => format!(" {}. ", text.to_lowercase()),
                _ => text.to_lowercase().replace('_', "-"),
            }))
        })
    }),
    ("numbers with commas", |_, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let number = value.as_u64().filter(|number| *number >= 1000 && schema["type"] == "integer")?;
            Some(json!(grouped(number)))
        })
    }),
    ("bare numbers with commas", |_, value, schema| {
        // In a list they would be several numbers.
        let text = on_each(value, schema, schema, &mut |value, schema| {
            let number = value.as_u64().filter(|number| *number >= 1000 && schema["type"] == "integer")?;
            Some(json!(format!("@{}@", grouped(number))))
        })?;
        let bare = text.replace("\"@", "").replace("@\"", "");
        let in_list = bare.lines().any(|line| line.trim().starts_with(|next: char| next.is_ascii_digit()));
        (!in_list).then_some(bare)
    }),
    ("numbers as text", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            value.as_f64().filter(|_| schema.get("type").is_some())?;
            Some(json!(match random.below(3) {
                0 => value.to_string(),
                1 => format!(" {value} "),
                _ => format!("+{value}"),
            }))
        })
    }),
    ("truth in words", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, _| {
            let (yes, no) =
                *random.one(&[("yes", "no"), ("True", "False"), ("TRUE", "FALSE"), ("Yes.", "No."), ("1", "0")]);
            value.as_bool().map(|value| json!(if value { yes } else { no }))
        })
    }),
    ("text for a list", |_, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let [only] = value.as_array()?.as_slice() else { return None };
            let text = only.as_str()?;
            // A text that looks like a list or like nothing says something else.
            let plain =
                schema["items"]["type"] == "string" && !text.contains(['[', '{']) && !matches!(text, "" | "null");
            plain.then(|| only.clone())
        })
    }),
    ("extra wrapper", |random, value, schema| {
        let key = *random.one(&["result", "data", "response", "output"]);
        let known = schema["properties"].get(key).is_some();
        (!known).then(|| write(&json!({ key: value }), PLAIN))
    }),
    ("list around it", |_, value, _| Some(write(&json!([value]), PLAIN))),
    ("NaN for nothing", |_, value, schema| {
        let text = on_each(value, schema, schema, &mut |value, schema| {
            (value.is_null() && schema["type"].is_array()).then(|| json!("@NaN@"))
        })?;
        Some(text.replace("\"@NaN@\"", "NaN"))
    }),
    ("duplicate keys", |random, value, _| {
        let map = value.as_object()?;
        let key = map.keys().nth(random.below(map.len()))?;
        let text = write(value, PLAIN);
        // The last one counts.
        Some(text.replacen('{', &format!("{{\n  {}: \"draft\",", json!(key)), 1))
    }),
    ("keys in another case", |random, value, schema| {
        let kind = random.below(3);
        Some(write(&renamed(value, schema, schema, kind), PLAIN))
    }),
    ("null for absent", |_, value, schema| {
        let mut map = value.as_object()?.clone();
        let absent: Vec<&String> = schema["properties"]
            .as_object()?
            .iter()
            .filter(|(name, field)| !map.contains_key(*name) && !field["type"].is_array())
            .map(|(name, _)| name)
            .collect();
        let names: Vec<String> = absent.into_iter().cloned().collect();
        if names.is_empty() {
            return None;
        }
        map.extend(names.into_iter().map(|name| (name, Value::Null)));
        Some(write(&Value::Object(map), PLAIN))
    }),
    ("JSON inside a string", |_, value, _| Some(json!(write(value, PLAIN)).to_string())),
    ("thought before it", |_, value, _| {
        Some(format!("<think>\nMaybe {{\"name\": \"x\"}}?\n</think>\n\n{}", write(value, PLAIN)))
    }),
    ("element around it", |random, value, _| {
        let name = *random.one(&["answer", "json", "output"]);
        Some(format!("<{name}>\n{}\n</{name}>", write(value, PLAIN)))
    }),
    ("brackets too many", |random, value, _| {
        Some(format!("{}{}", write(value, PLAIN), random.one(&["}", "}}", "]}", "}\n]"])))
    }),
    ("call around it", |_, value, _| Some(format!("submit({});", write(value, PLAIN)))),
    ("fence inside a string", |_, value, schema| {
        // A text of the value holds a block of its own.
        let text = on_each(value, schema, schema, &mut |value, schema| {
            value
                .as_str()
                .filter(|_| schema["type"] == "string")
                .map(|_| json!("Run:\n```sh\nls {a,b}\n```\nThen stop."))
        })?;
        Some(format!("```json\n{text}\n```"))
    }),
    ("unknown key", |_, value, schema| {
        (schema["additionalProperties"] == json!(false)).then_some(())?;
        let mut map = value.as_object()?.clone();
        map.insert("reasoning_of_the_model".to_owned(), json!("because"));
        Some(write(&Value::Object(map), PLAIN))
    }),
];

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text of a value in which something was put in the place of some parts; nothing when nothing was.
fn on_each(
    value: &Value,
    schema: &Value,
    root: &Value,
    change: &mut dyn FnMut(&Value, &Value) -> Option<Value>,
) -> Option<String> {
    let changed = changed(value, schema, root, change);
    (changed != *value).then(|| write(&changed, PLAIN))
}

pub(crate) fn changed(
    value: &Value,
    schema: &Value,
    root: &Value,
    change: &mut dyn FnMut(&Value, &Value) -> Option<Value>,
) -> Value {
    let schema = resolved(value, schema, root);
    if let Some(new) = change(value, schema) {
        return new;
    }
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| changed(item, &schema["items"], root, change)).collect())
        }
        Value::Object(map) => {
            let fields = map.iter().map(|(name, value)| {
                let field = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                (name.clone(), changed(value, field, root, change))
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

pub(crate) fn resolved<'s>(value: &Value, schema: &'s Value, root: &'s Value) -> &'s Value {
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        return root.pointer(&to[1..]).unwrap();
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        return branches.iter().find(|branch| branch["properties"]["kind"]["const"] == value["kind"]).unwrap_or(schema);
    }
    schema
}

pub(crate) fn renamed(value: &Value, schema: &Value, root: &Value, kind: usize) -> Value {
    let schema = resolved(value, schema, root);
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| renamed(item, &schema["items"], root, kind)).collect())
        }
        Value::Object(map) => {
            let fields = map.iter().map(|(name, value)| match schema["properties"].get(name) {
                Some(field) => (cased(name, kind), renamed(value, field, root, kind)),
                None => (name.clone(), value.clone()),
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn cased(name: &str, kind: usize) -> String {
    let mut words = name.split('_');
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    match kind {
        0 => words.next().unwrap_or_default().to_owned() + &words.map(upper).collect::<String>(),
        1 => name.replace('_', "-"),
        _ => name.split('_').map(upper).collect::<Vec<_>>().join(" "),
    }
}
