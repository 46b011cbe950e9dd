//! What is asked of the gateway.

use serde_json::Map;
use signalbox_domain::{Caller, Message, MessageRole, Origin, Params, Role, Target};
use signalbox_gateway::{CallRequest, Delivery, PromptText, StoredRequest};

use super::Call;
use crate::{
    error::{Error, Outcome},
    input, names,
    session::Session,
};

/// The request that the arguments describe. What can be wrong with it is told before anything is sent or recorded.
pub(super) async fn of(session: &Session, asked: Call) -> Outcome<CallRequest> {
    let Call {
        route,
        model,
        prompt,
        values,
        system,
        text,
        user,
        org,
        project,
        max_tokens,
        temperature,
        schema,
        stream,
        ..
    } = asked;
    let target = match (model, route) {
        (Some(model), _) => Target::Model(model),
        (None, route) => Target::Route(route.unwrap_or_else(|| "default".to_owned())),
    };
    names::check_target(&session.core, &target).await?;
    let schema = match schema {
        Some(path) => Some(input::schema_of(&path).await?),
        None => None,
    };
    let text = match text.as_deref() {
        Some("-") => Some(input::text().await?),
        _ => text,
    };
    let messages: Vec<Message> = [(MessageRole::System, system), (MessageRole::User, text)]
        .into_iter()
        .filter_map(|(role, text)| Some(Message::text(role, text.filter(|text| !text.trim().is_empty())?)))
        .collect();
    let asks = messages.iter().any(|message| message.role == MessageRole::User);
    let params = Params { max_tokens, temperature, ..Params::default() };
    let own = Box::new(StoredRequest {
        messages,
        values: Map::new(),
        params,
        schema,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        engine: "none".to_owned(),
    });
    let (text, values, added) = match prompt {
        Some(prompt) => {
            let version = names::version(&session.core, &prompt).await?;
            let values = values.of(session, &version).await?;
            let stored = PromptText::Stored { name: prompt.name, selector: prompt.selector };
            (stored, values, says_something(&own).then_some(own))
        }
        None if !values.is_empty() => {
            return Err(Error::misuse("values were given, and no prompt that has variables")
                .hint("Name the prompt with --prompt"));
        }
        None if !asks => {
            return Err(Error::misuse("there is nothing to ask")
                .hint("Give a text, `-` to read it from standard input, or a prompt with --prompt"));
        }
        None => (PromptText::Rendered { prompt: None, request: own }, Map::new(), None),
    };
    let caller = Caller { user, org, project, token: None };
    let delivery = if stream { Delivery::Pieces } else { Delivery::Whole };
    let (role, origin) = (Role::Generate, Origin::CommandLine);
    Ok(CallRequest { role, text, values, target, origin, caller, added, delivery })
}

/// Whether a request adds anything to a prompt.
fn says_something(own: &StoredRequest) -> bool {
    !own.messages.is_empty() || own.params != Params::default() || own.schema.is_some()
}
