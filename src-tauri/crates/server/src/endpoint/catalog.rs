//! What can be named as a model, and how long a request to it is.

use axum::response::Response;
use signalbox_api::{Core, types::Empty};
use signalbox_domain::{Call, CallStatus, Role, Target, Tier};
use signalbox_workspace::config::Config;

use super::{
    asked::Asked,
    fault::Refused,
    messages,
    models::Listed,
    reply::{Denied, json},
    speech::Speech,
    target::{self, Named, PROMPT, ROUTE},
};

/// Who owns what isn't a provider's.
const OWN: &str = "signalbox";

/// Everything that can be named as a model.
pub(super) async fn list(core: &Core, speech: Speech) -> Result<Response, Denied> {
    Ok(json(200, &speech.models(&listed(core).await)))
}

/// One of them. Its name may be percent-encoded, since names of prompts have slashes.
pub(super) async fn one(core: &Core, speech: Speech, name: &str) -> Result<Response, Denied> {
    let name = decoded(name);
    let listed = listed(core).await;
    if let Some(found) = listed.iter().find(|listed| listed.id == name) {
        return Ok(json(200, &speech.model(found)));
    }
    let known = listed.into_iter().map(|listed| listed.id);
    Err(target::unknown(&format!("the model {name:?}"), &name, known))
}

/// How many tokens a request likely has, by what is known of the model that would be asked first.
pub(super) fn count(core: &Core, asked: &Asked) -> Result<Response, Denied> {
    let settings = core.settings();
    let config = &settings.config;
    let model = match target::named(config, &asked.model)? {
        Named::Target(Target::Model(name)) => Some(name),
        Named::Target(Target::Route(name)) => {
            let chain = config.route(&name).map(|route| route.chain(Role::Generate, Tier::Standard));
            chain.and_then(|models| models.first().cloned())
        }
        Named::Prompt { .. } => {
            return Err(Denied::wrong(format!(
                "model {:?} has no length before it is rendered; count for a model or a route",
                asked.model
            )));
        }
    };
    let model = model.as_deref().and_then(|name| config.model(name));
    let counter = core.token_counter(model.map_or("", |model| model.id.as_str()));
    let request = &asked.request;
    let counted = counter.request(&request.messages, &request.tools, request.schema.as_ref());
    Ok(json(200, &messages::count(counted.likely)))
}

/// The refusal for a call that has ended, where a prompt wasn't found: that is told as any other name that leads nowhere.
pub(super) async fn explained(core: &Core, model: &str, call: Box<Call>) -> Denied {
    let unresolved = call.status == CallStatus::Failed && call.attempts.is_empty() && call.prompt.is_none();
    let Some(Ok(Named::Prompt { name, .. })) =
        (unresolved && model.starts_with(PROMPT)).then(|| target::named(&core.settings().config, model))
    else {
        return Denied::Ended(call);
    };
    let prompts = listed(core).await.into_iter().filter(|listed| listed.id.starts_with(PROMPT));
    let known: Vec<String> = prompts.map(|listed| listed.id).collect();
    let of_prompt = |id: &String| id.strip_prefix(PROMPT).and_then(|id| id.split('@').next()) == Some(&name);
    let why = call.failure.as_ref().map_or_else(String::new, |failure| failure.message.clone());
    let message = if known.iter().any(of_prompt) {
        // The prompt is there, but not this version of it.
        why
    } else {
        match target::unknown(&format!("the prompt {name:?}"), model, known.into_iter()) {
            Denied::Refused { message, .. } => message,
            _ => why,
        }
    };
    Denied::EndedBy(call, Refused::Model, message)
}

async fn listed(core: &Core) -> Vec<Listed> {
    let settings = core.settings();
    let Config { models, routes, .. } = &settings.config;
    let mut listed: Vec<Listed> =
        models.iter().map(|model| Listed { id: model.name.clone(), owner: model.provider.clone() }).collect();
    let own = |id: String| Listed { id, owner: OWN.to_owned() };
    listed.extend(routes.iter().map(|route| own(format!("{ROUTE}{}", route.name))));
    // A library that can't be read is no reason to hide the models.
    for row in core.prompt_list(Empty {}).await.map(|list| list.prompts).unwrap_or_default() {
        let name = row.summary.name;
        listed.extend(row.summary.labels.iter().map(|label| own(format!("{PROMPT}{name}@{}", label.label))));
    }
    listed
}

/// A part of a path without percent-encoding. What isn't encoded rightly stands for itself.
fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let (mut plain, mut place) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(place) {
        let hex = bytes.get(place + 1..place + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let coded = hex.filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(coded.unwrap_or(byte));
        place += if coded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}
