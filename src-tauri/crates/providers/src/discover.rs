//! Finding servers of models on this machine.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Url, header::HeaderMap};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    FoundModel, Http,
    http::{accepted, base_url, join, whole},
    lookup::found_models,
    scrub::Scrub,
};

/// How long all candidates together may take.
const TIME: Duration = Duration::from_millis(750);

/// A kind of server that people run on their own machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LocalKind {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// The server of llama.cpp.
    LlamaCpp,
}

impl LocalKind {
    /// Its name as its makers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::LlamaCpp => "llama.cpp",
        }
    }
}

/// Where a server may be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// What usually listens there.
    pub kind: LocalKind,
    /// Where its protocol begins.
    pub base_url: &'a str,
}

/// Where these servers listen unless somebody changed it.
pub const USUAL_PORTS: &[Candidate<'static>] = &[
    Candidate { kind: LocalKind::Ollama, base_url: "http://127.0.0.1:11434/v1" },
    Candidate { kind: LocalKind::LmStudio, base_url: "http://127.0.0.1:1234/v1" },
    Candidate { kind: LocalKind::LlamaCpp, base_url: "http://127.0.0.1:8080/v1" },
    Candidate { kind: LocalKind::LlamaCpp, base_url: "http://127.0.0.1:8081/v1" },
];

/// What was found at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalServer {
    /// What usually listens there.
    pub kind: LocalKind,
    /// Its name for people.
    pub name: String,
    /// Where its protocol begins, as it would stand in `signalbox.toml`.
    pub base_url: String,
    /// The ids of its models.
    pub models: Vec<String>,
    /// Whether a server of models answers there. Something else on that port doesn't count.
    pub running: bool,
}

/// Looks at all candidates at once and reports each, in their order. Takes at most 0.8 s; whatever is slower isn't there.
pub async fn discover(http: &Http, candidates: &[Candidate<'_>]) -> Vec<LocalServer> {
    join_all(candidates.iter().map(|candidate| async {
        let models = tokio::time::timeout(TIME, look(http, candidate.base_url)).await.ok().flatten();
        let name = match &models {
            // Many programs listen on 8080; the server of llama.cpp names itself as the owner of its models.
            Some(models)
                if candidate.kind == LocalKind::LlamaCpp
                    && !models.is_empty()
                    && !models.iter().any(|model| model.owned_by.as_deref() == Some("llamacpp")) =>
            {
                "OpenAI-compatible server"
            }
            _ => candidate.kind.title(),
        };
        LocalServer {
            kind: candidate.kind,
            name: name.into(),
            base_url: candidate.base_url.into(),
            running: models.is_some(),
            models: models.unwrap_or_default().into_iter().map(|model| model.id).collect(),
        }
    }))
    .await
}

async fn look(http: &Http, base: &str) -> Option<Vec<FoundModel>> {
    let url: Url = join(&base_url(base).ok()?, "models");
    let response = http.get(&url, HeaderMap::new()).await.ok()?;
    let response = accepted(response, &url, &Scrub::default()).await.ok()?;
    let body = whole(response, &url).await.ok()?;
    let list: Value = serde_json::from_slice(&body).ok()?;
    // An older Ollama without models says `null` instead of an empty list.
    if list.get("object").and_then(Value::as_str) == Some("list") && list.get("data").is_some_and(Value::is_null) {
        return Some(Vec::new());
    }
    found_models(&list)
}
