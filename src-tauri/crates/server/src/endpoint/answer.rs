//! From a request to its answer.

use std::sync::Arc;

use axum::{http::request::Parts, response::Response};
use hyper::body::Incoming;
use serde_json::json;

use super::{
    caller, catalog,
    choices::Choices,
    fault::Refused,
    gate, metrics,
    models::read_vectors,
    pieces,
    place::{self, Place},
    receive::{self, Unread},
    reply::{self, Denied},
    serve::Shared,
    speech::Speech,
    target, vectors, whole,
};

/// Answers a request, whatever it is.
pub(super) async fn answer(shared: Arc<Shared>, head: Parts, body: Incoming, unread: &Unread) -> Response {
    let answered = Box::pin(attend(&shared, &head, body, unread)).await;
    answered.unwrap_or_else(|denied| denied.reply(place::speech(head.uri.path(), &head.headers)))
}

async fn attend(shared: &Shared, head: &Parts, body: Incoming, unread: &Unread) -> Result<Response, Denied> {
    let checked = gate::not_from_a_page(head, shared.address.port()).and_then(|()| {
        // Whether anybody is there may be asked by everybody on this machine.
        let place = Place::find(&head.method, head.uri.path());
        if let Ok(Place::Health) = place {
            return Ok((None, Place::Health));
        }
        let token = gate::token(&shared.core, &head.headers)?;
        Ok((Some(token), place?))
    });
    let admitted = checked.and_then(|(token, place)| match (token, place) {
        (Some(token), Place::Answer(_) | Place::Vectors) => Ok((Some(gate::admit(shared, token)?), place)),
        (_, place) => Ok((None, place)),
    });
    let (admitted, place) = admitted.inspect_err(|_| unread.left(&body))?;
    match (place, admitted) {
        (Place::Answer(speech), Some(admitted)) => {
            let body = receive::body(body, &shared.limits, unread).await?;
            let asked = speech.read(&body).map_err(Denied::Wrong)?;
            drop(body);
            let caller = caller::caller(&admitted.token, &head.headers, asked.user.as_deref())?;
            let request = target::request(&shared.core.settings().config, speech, &asked, &head.headers, caller)?;
            let choices = Choices::start(&shared.core, request, asked.choices);
            let answered = if asked.stream {
                pieces::answer(speech, &asked, choices, admitted, shared.ending.clone()).await
            } else {
                whole::answer(speech, &asked, choices).await
            };
            match answered {
                Err(Denied::Ended(call)) => Err(catalog::explained(&shared.core, &asked.model, call).await),
                answered => answered,
            }
        }
        (Place::Vectors, Some(admitted)) => {
            let body = receive::body(body, &shared.limits, unread).await?;
            let asked = read_vectors(&body).map_err(Denied::Wrong)?;
            drop(body);
            let caller = caller::caller(&admitted.token, &head.headers, asked.user.as_deref())?;
            let request = vectors::request(&shared.core.settings().config, asked, caller)?;
            vectors::answer(&shared.core, request).await
        }
        (Place::Count, _) => {
            let body = receive::body(body, &shared.limits, unread).await?;
            catalog::count(&shared.core, &Speech::Messages.read(&body).map_err(Denied::Wrong)?)
        }
        (Place::Models, _) => catalog::list(&shared.core, place::speech(head.uri.path(), &head.headers)).await,
        (Place::Model(name), _) => {
            catalog::one(&shared.core, place::speech(head.uri.path(), &head.headers), name).await
        }
        (Place::Metrics, _) => Ok(metrics::response(&shared.core)),
        (Place::Health, _) => Ok(reply::json(200, &json!({ "status": "ok" }))),
        (Place::Answer(_) | Place::Vectors, None) => Err(Denied::refused(Refused::Token, "an app token is needed")),
    }
}
