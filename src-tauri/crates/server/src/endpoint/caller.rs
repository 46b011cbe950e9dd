//! For whom a program asks.

use std::sync::Arc;

use axum::http::HeaderMap;
use signalbox_api::types::AppToken;
use signalbox_domain::Caller;

use super::{fault::Refused, reply::Denied};

/// The longest name of a user, an organisation or a project, in bytes.
const LONGEST: usize = 256;

/// For whom a request is made. What a token is bound to is beyond question: a header that contradicts it is refused. The
/// user whom the body names is asked last.
pub(super) fn caller(token: &Arc<AppToken>, headers: &HeaderMap, user: Option<&str>) -> Result<Caller, Denied> {
    let AppToken { name, user: of_user, org, project, .. } = &**token;
    let body = user.filter(|user| fits(user)).map(str::to_owned);
    Ok(Caller {
        user: bound(headers, "x-signalbox-user", name, "user", of_user.as_ref())?.or(body),
        org: bound(headers, "x-signalbox-org", name, "organisation", org.as_ref())?,
        project: bound(headers, "x-signalbox-project", name, "project", project.as_ref())?,
        token: Some(name.clone()),
    })
}

/// What a header says, if the token allows it.
fn bound(
    headers: &HeaderMap,
    header: &str,
    token: &str,
    what: &str,
    to: Option<&String>,
) -> Result<Option<String>, Denied> {
    let said = text(headers, header)?.filter(|said| !said.is_empty());
    if let Some(said) = said
        && !fits(said)
    {
        return Err(Denied::wrong(format!(
            "the header {header} must be a name of at most {LONGEST} bytes without control characters"
        )));
    }
    match (said, to) {
        (Some(said), Some(to)) if said != to => {
            let message = format!("the token {token} asks for the {what} {to} only, but {header} says {said}");
            Err(Denied::refused(Refused::Forbidden, message))
        }
        (said, to) => Ok(to.cloned().or_else(|| said.map(str::to_owned))),
    }
}

/// A header as a text; none when it isn't there.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Denied> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes());
    text.map(|text| Some(text.trim())).map_err(|_| Denied::wrong(format!("the header {name} isn't UTF-8")))
}

fn fits(name: &str) -> bool {
    name.len() <= LONGEST && !name.chars().any(char::is_control)
}
