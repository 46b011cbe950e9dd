//! Who may ask.

use std::net::SocketAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What a request is checked against.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

/// Refuses requests that a page of another site could have made: a wrong `Host`, a foreign `Origin`.
pub(crate) async fn same_origin(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let own = guard.address.to_string();
    let named = format!("localhost:{}", guard.address.port());
    let host = text(request.headers(), header::HOST);
    if host != Some(&own) && host != Some(&named) {
        return (StatusCode::FORBIDDEN, "this host is asked for by its loopback address only").into_response();
    }
    if let Some(origin) = text(request.headers(), header::ORIGIN)
        && origin.strip_prefix("http://") != host
    {
        return (StatusCode::FORBIDDEN, "another site's page may not ask").into_response();
    }
    next.run(request).await
}

/// Refuses requests without the token.
pub(crate) async fn with_token(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let shown = request.headers().get("x-signalbox-token").map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    if !same(shown, guard.token.as_bytes()) {
        return (StatusCode::UNAUTHORIZED, "the token of this start is missing or wrong").into_response();
    }
    next.run(request).await
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Compares in a time that depends on the lengths alone.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
