//! The arguments of a tool call, for protocols that want them read.

use serde_json::{Map, Value};
use signalbox_domain::{ErrorClass, Failure, ToolCall};

/// The arguments as an object; a call without arguments has an empty one. Fails with `Client` when they are anything
/// else.
pub(crate) fn object(call: &ToolCall) -> Result<Map<String, Value>, Failure> {
    if call.arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(&call.arguments).map_err(|_| {
        let message = format!("the arguments of the tool call {} aren't a JSON object", call.id);
        Failure::new(ErrorClass::Client, message)
            .with_hint("this provider takes a tool call back only with arguments that can be read; leave the call out")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &str, expected: Option<&str>) {
        let call = ToolCall { id: "1".into(), name: "f".into(), arguments: arguments.into(), signature: None };
        let found = object(&call).ok().map(|fields| Value::Object(fields).to_string());
        assert_eq!(found.as_deref(), expected, "{arguments:?}");
    }

    #[test]
    fn arguments_are_an_object_or_nothing() {
        check("", Some("{}"));
        check(" \n", Some("{}"));
        check("{\"b\":1,\"a\":[2]}", Some("{\"b\":1,\"a\":[2]}"));
        for wrong in ["[1]", "3", "null", "{\"a\":", "{\"a\":1} more", "text"] {
            check(wrong, None);
        }
    }
}
