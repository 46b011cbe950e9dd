//! What several protocols want of tools.

use serde_json::{Map, Value};
use signalbox_domain::{ErrorClass, Failure, ModelRequest, Protocol, ToolCall, ToolChoice};

/// Whether the model must use tools, as far as there is anything to choose from: a choice among no tools says nothing.
/// Fails with `Client` when a tool must be used and there is none.
pub(crate) fn choice(request: &ModelRequest, protocol: Protocol) -> Result<Option<&ToolChoice>, Failure> {
    let own = request.extra.as_ref().filter(|extra| extra.protocol == protocol);
    let some = !request.tools.is_empty() || own.is_some_and(|extra| extra.fields.contains_key("tools"));
    match &request.tool_choice {
        Some(ToolChoice::Required | ToolChoice::Tool(_)) if !some => {
            Err(Failure::new(ErrorClass::Client, "a tool must be used, but the request has none")
                .with_hint("add the tool, or leave tool_choice out"))
        }
        choice => Ok(choice.as_ref().filter(|_| some)),
    }
}

/// The arguments of a call as an object; a call without arguments has an empty one. Fails with `Client` when they are anything
/// else.
pub(crate) fn arguments(call: &ToolCall) -> Result<Map<String, Value>, Failure> {
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

    fn check(said: &str, expected: Option<&str>) {
        let call = ToolCall { id: "1".into(), name: "f".into(), arguments: said.into(), signature: None };
        let found = super::arguments(&call).ok().map(|fields| Value::Object(fields).to_string());
        assert_eq!(found.as_deref(), expected, "{said:?}");
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
