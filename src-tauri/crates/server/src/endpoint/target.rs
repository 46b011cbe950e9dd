//! What answers: from the words of a caller to a request of the gateway.

use axum::http::HeaderMap;
use serde_json::{Map, Value};
use signalbox_domain::{Caller, Origin, Role, Target};
use signalbox_gateway::{CallRequest, Delivery, PromptText};
use signalbox_prompts::Selector;
use signalbox_workspace::config::Config;

use super::{asked::Asked, caller::text, fault::Refused, reply::Denied, speech::Speech};

/// How a route and a prompt are named as a model.
pub(super) const ROUTE: &str = "route:";
pub(super) const PROMPT: &str = "prompt:";
/// Which version of a prompt is meant by its name alone.
const USUAL_LABEL: &str = "production";
/// Which route serves a prompt when none is named.
const USUAL_ROUTE: &str = "default";
/// The headers that go with a prompt.
const VARS: &str = "x-signalbox-vars";
const BY_ROUTE: &str = "x-signalbox-route";

/// How many names are suggested in place of one that isn't known, and how alike they must be, from 0 to 1.
const SUGGESTIONS: usize = 3;
const ALIKE: f64 = 0.7;

/// What a name leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    /// A model or a route.
    Target(Target),
    /// A version of a prompt.
    Prompt { name: String, selector: Selector },
}

/// The request of the gateway for what is asked.
pub(super) fn request(
    config: &Config,
    speech: Speech,
    asked: &Asked,
    headers: &HeaderMap,
    caller: Caller,
) -> Result<CallRequest, Denied> {
    let (vars, route) = (text(headers, VARS)?, text(headers, BY_ROUTE)?);
    let (request, origin) = (Box::new(asked.request.clone()), Origin::Endpoint { protocol: speech.protocol() });
    let (text, values, target, added) = match named(config, &asked.model)? {
        Named::Target(target) => {
            let stray = [(vars, VARS), (route, BY_ROUTE)].into_iter().find(|(said, _)| said.is_some());
            if let Some((_, header)) = stray {
                return Err(Denied::wrong(format!("the header {header} goes with a model named prompt:NAME only")));
            }
            (PromptText::Rendered { prompt: None, request }, Map::new(), target, None)
        }
        Named::Prompt { name, selector } => {
            let route = route.unwrap_or(USUAL_ROUTE);
            let target = self::route(config, route, &format!("the route {route:?}, which serves prompts,"))?;
            (PromptText::Stored { name, selector }, values(asked, vars)?, target, Some(request))
        }
    };
    let delivery = if asked.stream { Delivery::Pieces } else { Delivery::Whole };
    Ok(CallRequest { role: Role::Generate, text, values, target, origin, caller, added, delivery })
}

/// What a name leads to. Whether there is such a prompt isn't known before it is read.
pub(super) fn named(config: &Config, model: &str) -> Result<Named, Denied> {
    if let Some(name) = model.strip_prefix(ROUTE) {
        return route(config, name, &format!("the route {name:?}")).map(Named::Target);
    }
    if let Some(prompt) = model.strip_prefix(PROMPT) {
        return self::prompt(prompt);
    }
    if config.model(model).is_some() {
        return Ok(Named::Target(Target::Model(model.to_owned())));
    }
    // What its provider calls it is good enough, if only one is called so.
    let mut same = config.models.iter().filter(|known| known.id == model);
    match (same.next(), same.next()) {
        (Some(only), None) => Ok(Named::Target(Target::Model(only.name.clone()))),
        (Some(_), Some(_)) => {
            let names: Vec<&str> =
                config.models.iter().filter(|known| known.id == model).map(|known| known.name.as_str()).collect();
            Err(Denied::wrong(format!("model {model:?} may be any of {}; ask for one of these", names.join(", "))))
        }
        (None, _) => {
            let known = config.models.iter().flat_map(|known| [known.name.as_str(), known.id.as_str()]);
            let known =
                known.map(str::to_owned).chain(config.routes.iter().map(|route| format!("{ROUTE}{}", route.name)));
            Err(unknown(&format!("the model {model:?}"), model, known))
        }
    }
}

/// The refusal of a name that leads nowhere, with those that are like it.
pub(super) fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> Denied {
    let like = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    let mut near: Vec<(f64, String)> =
        known.map(|known| (like(&known), known)).filter(|(alike, _)| *alike >= ALIKE).collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.dedup_by(|(_, one), (_, other)| one == other);
    let near: Vec<String> = near.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect();
    let advice = if near.is_empty() {
        "GET /v1/models lists what there is".to_owned()
    } else {
        format!("did you mean {}? GET /v1/models lists all", near.join(" or "))
    };
    Denied::refused(Refused::Model, format!("{what} isn't known here; {advice}"))
}

fn route(config: &Config, name: &str, what: &str) -> Result<Target, Denied> {
    if config.route(name).is_some() {
        return Ok(Target::Route(name.to_owned()));
    }
    Err(unknown(what, &format!("{ROUTE}{name}"), config.routes.iter().map(|route| format!("{ROUTE}{}", route.name))))
}

/// A version of a prompt: `NAME`, `NAME@LABEL` or `NAME#NUMBER`.
fn prompt(text: &str) -> Result<Named, Denied> {
    let place = text.find(['@', '#']).unwrap_or(text.len());
    let (name, version) = text.split_at(place);
    let selector = match version {
        "" => Ok(Selector::Label(USUAL_LABEL.to_owned())),
        version => version.parse(),
    };
    let selector = selector.map_err(|_| {
        Denied::wrong(format!("model must be prompt:NAME@LABEL or prompt:NAME#NUMBER, not {PROMPT}{text}"))
    })?;
    Ok(Named::Prompt { name: name.to_owned(), selector })
}

/// The values of a prompt's variables: those of the body, and before them those of the header.
fn values(asked: &Asked, header: Option<&str>) -> Result<Map<String, Value>, Denied> {
    let mut values = asked.vars.clone();
    match header.map(serde_json::from_str::<Value>) {
        None => {}
        Some(Ok(Value::Object(more))) => values.extend(more),
        Some(Ok(_)) => return Err(Denied::wrong(format!("the header {VARS} must be a JSON object of values by name"))),
        Some(Err(error)) => return Err(Denied::wrong(format!("the header {VARS} must be a JSON object: {error}"))),
    }
    Ok(values)
}
