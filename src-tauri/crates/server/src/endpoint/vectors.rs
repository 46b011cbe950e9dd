//! Vectors for texts.

use std::sync::Arc;

use axum::response::Response;
use signalbox_api::Core;
use signalbox_domain::{CallStatus, Caller, Origin, Protocol, Role};
use signalbox_gateway::{CallEvent, CallRequest, PromptText};
use signalbox_workspace::config::Config;

use super::{
    choices::Choices,
    models::{self, AskedVectors},
    reply::{Denied, json, name_calls},
    target::{self, Named},
    whole::lost,
};

/// The request of the gateway for what is asked.
pub(super) fn request(config: &Config, asked: AskedVectors, caller: Caller) -> Result<CallRequest, Denied> {
    let Named::Target(target) = target::named(config, &asked.model)? else {
        let message = format!("model must be a model or route:NAME, not {}; a prompt has no vectors", asked.model);
        return Err(Denied::wrong(message));
    };
    let text = PromptText::Rendered { prompt: None, request: Box::new(asked.request) };
    let origin = Origin::Endpoint { protocol: Protocol::OpenaiChat };
    let mut request = CallRequest::new(text, serde_json::Map::new(), target);
    (request.role, request.origin, request.caller) = (Role::Embed, origin, caller);
    Ok(request)
}

/// Waits for the vectors, and passes them on as the provider sent them.
pub(super) async fn answer(core: &Arc<Core>, request: CallRequest) -> Result<Response, Denied> {
    let mut choices = Choices::start(core, request, 1);
    let mut sent = String::new();
    while let Some((_, event)) = choices.next().await {
        match event {
            CallEvent::Delta { text, .. } => sent.push_str(&text),
            CallEvent::Ended(call) if call.status == CallStatus::Done => {
                let mut response = json(200, &models::vectors(&sent, &call));
                name_calls(response.headers_mut(), &[&call]);
                return Ok(response);
            }
            CallEvent::Ended(call) => return Err(Denied::Ended(call)),
            _ => {}
        }
    }
    Err(lost(&choices))
}
