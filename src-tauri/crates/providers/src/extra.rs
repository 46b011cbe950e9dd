//! What a caller said beyond the fields that this program knows.

use serde_json::{Map, Value};
use signalbox_domain::{Block, Extra, Protocol};

/// Puts the caller's own fields into the body of a request, if they were said in this protocol. What stands in the body
/// already wins; where both are objects, only what is missing in it is added.
pub(crate) fn merge(body: &mut Map<String, Value>, extra: Option<&Extra>, protocol: Protocol) {
    if let Some(extra) = extra.filter(|extra| extra.protocol == protocol) {
        add(body, &extra.fields);
    }
}

/// Joins what the caller said of tools to those that are declared already: fields of one by its name, and tools that only
/// this protocol knows behind all others. `name` is where a declaration says
/// its name.
pub(crate) fn join_tools(tools: &mut Vec<Value>, extra: Option<&Extra>, protocol: Protocol, name: &str) {
    let own = extra.filter(|extra| extra.protocol == protocol).and_then(|extra| extra.fields.get("tools")?.as_array());
    for tool in own.into_iter().flatten() {
        let wanted = tool.pointer(name).filter(|wanted| wanted.is_string());
        let declared = wanted.and_then(|wanted| tools.iter().position(|there| there.pointer(name) == Some(wanted)));
        match (declared.and_then(|index| tools.get_mut(index)), tool) {
            (Some(Value::Object(there)), Value::Object(more)) => add(there, more),
            _ => tools.push(tool.clone()),
        }
    }
}

/// Whether the block is only a mark. One of this protocol is put beside what was said before it.
pub(crate) fn marked(block: &Block, here: Protocol, before: Option<&mut Value>) -> bool {
    let Some((protocol, fields)) = block.mark() else {
        return false;
    };
    if let Some(Value::Object(before)) = before.filter(|_| protocol == here) {
        add(before, fields);
    }
    true
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
