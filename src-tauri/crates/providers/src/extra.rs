//! What a caller said beyond the fields that this program knows.

use serde_json::{Map, Value};
use signalbox_domain::{Extra, Protocol};

/// Puts the caller's own fields into the body of a request, if they were said in this protocol. What stands in the body
/// already wins; where both are objects, only what is missing in it is added.
pub(crate) fn merge(body: &mut Map<String, Value>, extra: Option<&Extra>, protocol: Protocol) {
    if let Some(extra) = extra.filter(|extra| extra.protocol == protocol) {
        add(body, &extra.fields);
    }
}

fn add(body: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, value) in more {
        match (body.get_mut(name), value) {
            (None, _) => {
                body.insert(name.clone(), value.clone());
            }
            (Some(Value::Object(inner)), Value::Object(more)) => add(inner, more),
            (Some(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(extra: &Value, protocol: Protocol, expected: &Value) {
        let mut body = Map::from_iter([("model".into(), json!("m")), ("config".into(), json!({"size": 1}))]);
        let fields = extra.as_object().cloned().unwrap_or_default();
        merge(&mut body, Some(&Extra { protocol, fields }), Protocol::Gemini);
        assert_eq!(&Value::Object(body), expected);
    }

    #[test]
    fn extra_fields_of_the_same_protocol_are_added_and_override_nothing() {
        let untouched = json!({"model": "m", "config": {"size": 1}});
        check(&json!({"more": [1]}), Protocol::Gemini, &json!({"model": "m", "config": {"size": 1}, "more": [1]}));
        check(&json!({"more": [1]}), Protocol::OpenaiChat, &untouched);
        check(&json!({"model": "other", "config": 3}), Protocol::Gemini, &untouched);
        check(
            &json!({"config": {"size": 2, "colour": "red"}}),
            Protocol::Gemini,
            &json!({"model": "m", "config": {"size": 1, "colour": "red"}}),
        );
    }
}
