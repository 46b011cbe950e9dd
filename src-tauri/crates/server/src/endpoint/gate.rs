//! Who may ask.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri, header, request::Parts};
use signalbox_api::{Core, types::AppToken};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    fault::Refused,
    reply::Denied,
    serve::Shared,
    shares::{Over, Share},
};
use crate::guard::names_loopback;

/// How long a caller should wait when too many are there, in seconds: requests end all the time.
const SHORT: std::time::Duration = std::time::Duration::from_secs(1);

/// A request that may ask a model. It counts for all limits until it is dropped.
pub(super) struct Admitted {
    /// With which token.
    pub(super) token: Arc<AppToken>,
    _of_all: OwnedSemaphorePermit,
    _of_token: Option<Share>,
}

/// Refuses what a page in a browser could have sent: another name for this machine, or the address of a page.
pub(super) fn not_from_a_page(head: &Parts, port: u16) -> Result<(), Denied> {
    let named = names_loopback(&head.headers, port) && names_nothing_else(&head.uri, &head.headers);
    if !named {
        let message = format!("this endpoint is asked for as 127.0.0.1:{port}, localhost:{port} or [::1]:{port} only");
        return Err(Denied::refused(Refused::Forbidden, message));
    }
    // A browser says where its page comes from, and nothing else does.
    if head.headers.contains_key(header::ORIGIN) || head.headers.contains_key("sec-fetch-site") {
        let message = "pages in a browser may not ask; ask from a program, without the header Origin";
        return Err(Denied::refused(Refused::Forbidden, message));
    }
    Ok(())
}

/// Whether the request's line, where it names a machine, names the same as the header does.
fn names_nothing_else(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.authority().is_none_or(|authority| {
        headers.get(header::HOST).is_some_and(|host| host.as_bytes() == authority.as_str().as_bytes())
    })
}

/// The token that a request shows.
pub(super) fn token(core: &Core, headers: &HeaderMap) -> Result<Arc<AppToken>, Denied> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let key = text("x-api-key").map(str::trim);
    let found = [bearer, key].into_iter().flatten().find_map(|shown| core.app_token(shown));
    found.ok_or_else(|| {
        let message = match (bearer, key) {
            (None, None) => {
                "an app token is needed, as Authorization: Bearer TOKEN or x-api-key: TOKEN; make one in Settings"
            }
            _ => "this app token is wrong or was revoked; make a new one in Settings",
        };
        Denied::refused(Refused::Token, message)
    })
}

/// Lets a request through to the models, unless too many are there.
pub(super) fn admit(shared: &Shared, token: Arc<AppToken>) -> Result<Admitted, Denied> {
    if shared.stopping.is_cancelled() {
        let message = "the endpoint is about to stop and takes no further requests".to_owned();
        return Err(Denied::Refused { refused: Refused::Stopping, message, wait: Some(SHORT) });
    }
    let too_many = |message: String, wait| Denied::Refused { refused: Refused::TooMany, message, wait: Some(wait) };
    let Ok(of_all) = shared.requests.clone().try_acquire_owned() else {
        let most = shared.limits.requests;
        return Err(too_many(
            format!("{most} requests are under way, which is the most; ask again when one has ended"),
            SHORT,
        ));
    };
    let of_token = shared.shares.begin(&token).map_err(|over| match over {
        Over::Concurrent { limit } => {
            too_many(format!("the token {} may have {limit} requests under way at once", token.name), SHORT)
        }
        Over::Minute { limit, wait } => {
            too_many(format!("the token {} may begin {limit} requests a minute", token.name), wait)
        }
    })?;
    Ok(Admitted { token, _of_all: of_all, _of_token: of_token })
}
