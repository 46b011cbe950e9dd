//! Commands and events over HTTP.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::{StreamExt, stream};
use signalbox_api::{ApiError, Code, Core, dispatch, types::Subscribe};

use crate::{
    guard::{Guard, same_origin, with_token},
    page,
};

/// The largest request of a command, in bytes: a prompt with its values.
const LARGEST: usize = 16 * 1024 * 1024;

pub(crate) fn router(core: Arc<Core>, ui: PathBuf, address: SocketAddr, token: &str) -> Router {
    let guard = Guard { address, token: token.to_owned() };
    let api = Router::new()
        .route("/api/subscribe", get(subscribe))
        .route("/api/{name}", post(command))
        .layer(from_fn_with_state(guard.clone(), with_token))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(core);
    Router::new()
        .merge(api)
        .fallback(move |uri: Uri| async move { page::serve(&ui, uri.path()).await })
        .layer(from_fn_with_state(guard, same_origin))
}

async fn command(State(core): State<Arc<Core>>, Path(name): Path<String>, body: Bytes) -> Response {
    let request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refuse(&ApiError::new(Code::Invalid, format!("the request isn't JSON: {error}"))),
    };
    match Box::pin(dispatch(&core, &name, request)).await {
        Ok(response) => Json(response).into_response(),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &ApiError) -> Response {
    let status = match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Invalid => StatusCode::BAD_REQUEST,
        Code::Conflict | Code::Unmerged | Code::Tampered | Code::Protected | Code::AlreadyOpen => StatusCode::CONFLICT,
        Code::Provider => StatusCode::BAD_GATEWAY,
        Code::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::Keychain | Code::ReadOnly | Code::Newer | Code::Damaged | Code::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, Json(error)).into_response()
}

/// Frames of events, one line of JSON each, until the caller leaves.
async fn subscribe(State(core): State<Arc<Core>>, Query(request): Query<Subscribe>) -> Response {
    let subscription = core.hub().subscribe(request.after);
    let lines = stream::unfold(subscription, |mut subscription| async move {
        let frames = subscription.next().await?;
        let mut lines = Vec::new();
        for frame in frames {
            serde_json::to_writer(&mut lines, &frame).ok()?;
            lines.push(b'\n');
        }
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(lines)), subscription))
    });
    // An empty line first, so that the caller knows at once that it is connected.
    let lines = stream::once(async { Ok(Bytes::from_static(b"\n")) }).chain(lines);
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}
