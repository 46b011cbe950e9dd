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
    if !names_loopback(request.headers(), guard.address.port()) {
        return (StatusCode::FORBIDDEN, "this host is asked for by its loopback address only").into_response();
    }
    if let Some(origin) = text(request.headers(), header::ORIGIN)
        && origin.strip_prefix("http://") != text(request.headers(), header::HOST)
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

/// Whether a request names this machine by a name of the loopback interface, and the right port. A page that has another
/// site's name lead here names that site.
pub(crate) fn names_loopback(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let named = host.to_str().ok().and_then(|host| host.rsplit_once(':'));
    named.is_some_and(|(host, shown)| {
        shown.bytes().all(|digit| digit.is_ascii_digit())
            && shown.parse() == Ok(port)
            && (matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost"))
    })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Compares in a time that depends on the lengths alone.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
