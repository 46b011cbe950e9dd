//! The files of the UI.

use std::path::{Component, Path, PathBuf};

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Serves one file of the folder `ui`; the page itself for everything without an extension.
pub(crate) async fn serve(ui: &Path, path: &str) -> Response {
    let Some(relative) = relative(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if relative.extension().is_none() {
        return page(ui).await;
    }
    match tokio::fs::read(ui.join(&relative)).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, content_type(&relative))], Body::from(bytes)).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The page, with a nonce of its own for the styles that the editor makes.
async fn page(ui: &Path) -> Response {
    let Ok(html) = tokio::fs::read_to_string(ui.join("index.html")).await else {
        return (StatusCode::NOT_FOUND, "the UI isn't built; run npm run build in ui/").into_response();
    };
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let html = html.replace("<style>", &format!("<style nonce=\"{nonce}\">")).replacen(
        "<head>",
        &format!("<head><meta name=\"csp-nonce\" content=\"{nonce}\">"),
        1,
    );
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, html).into_response()
}

/// A path inside of a folder; none if it leads out of it.
fn relative(path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| path.to_owned())
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in ["/../Cargo.toml", "/a/../../b.js", "//etc/passwd/../x", "/./x.js"] {
            let safe =
                relative(path).is_none_or(|found| found.is_relative() && !found.to_string_lossy().contains(".."));
            assert!(safe, "{path}");
        }
        assert_eq!(relative("/assets/app.js"), Some(PathBuf::from("assets/app.js")));
    }
}
