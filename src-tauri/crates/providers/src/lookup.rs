//! Which models a server offers, and whether it can be reached with a key. Nothing here costs money.

use std::time::Instant;

use reqwest::{Response, StatusCode, Url};
use serde_json::Value;
use signalbox_domain::{ErrorClass, Failure, Secret};

use crate::{
    ConnectionTest, FoundModel, Http, TestStep,
    http::{Auth, accepted, host, whole},
    scrub::Scrub,
};

/// A list of models, and how it is asked for.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) http: &'a Http,
    /// Where the list is.
    pub(crate) url: &'a Url,
    /// How the key travels.
    pub(crate) auth: Auth,
    /// What else the protocol wants in the headers.
    pub(crate) always: &'a [(&'static str, &'static str)],
    /// Reads the list; none when it is something else.
    pub(crate) read: fn(&Value) -> Option<Vec<FoundModel>>,
}

impl Listing<'_> {
    /// Lists the models.
    pub(crate) async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        let response = self.get(key).await?;
        self.listed(response, &Scrub::new(key)).await
    }

    /// Reaches the server without the key, then with it, then reads its list of models.
    pub(crate) async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        let scrub = Scrub::new(key);
        let key = key.filter(|key| !key.is_empty());
        let mut steps = Vec::new();

        let began = Instant::now();
        // Asking without the key first shows whether the server asks for one at all.
        let without_key = match self.get(None).await {
            Ok(response) => response,
            Err(failure) => {
                steps.push(TestStep::failed(TestStep::CONNECT, millis(began), failure));
                return ConnectionTest { steps, models: Vec::new() };
            }
        };
        steps.push(TestStep::passed(TestStep::CONNECT, millis(began), None));
        let open = without_key.status().is_success();

        let began = Instant::now();
        let response = match key {
            None => Ok(without_key),
            Some(_) => self.get(key).await,
        };
        let response = match response {
            Ok(response) if is_refusal(response.status()) => Err(refused(response, self.url, &scrub, key).await),
            other => other,
        };
        let response = match response {
            Ok(response) => response,
            Err(failure) => {
                steps.push(TestStep::failed(TestStep::KEY, millis(began), failure));
                return ConnectionTest { steps, models: Vec::new() };
            }
        };
        let note = match (open, key.is_some(), response.status().is_success()) {
            (true, false, _) => Some("the server asks for no key"),
            (true, true, _) => Some("the server lists its models to anyone, so the key itself is untested"),
            (false, _, false) => Some("the server didn't refuse, but didn't list its models either"),
            (false, _, true) => None,
        };
        steps.push(TestStep::passed(TestStep::KEY, millis(began), note));

        let began = Instant::now();
        match self.listed(response, &scrub).await {
            Ok(models) => {
                let note = models.is_empty().then_some("the server has no models yet");
                steps.push(TestStep::passed(TestStep::MODELS, millis(began), note));
                ConnectionTest { steps, models }
            }
            Err(failure) => {
                let failure = match failure.hint {
                    Some(_) => failure,
                    None => failure.with_hint("models can still be used by entering their ids"),
                };
                steps.push(TestStep::failed(TestStep::MODELS, millis(began), failure));
                ConnectionTest { steps, models: Vec::new() }
            }
        }
    }

    async fn get(&self, key: Option<&Secret>) -> Result<Response, Failure> {
        self.http.get(self.url, self.auth.headers(key, self.always)?).await
    }

    async fn listed(&self, response: Response, scrub: &Scrub) -> Result<Vec<FoundModel>, Failure> {
        let response = accepted(response, self.url, scrub).await?;
        let body = whole(response, self.url).await?;
        serde_json::from_slice::<Value>(&body).ok().as_ref().and_then(self.read).ok_or_else(|| {
            let message = format!("{} answered with something that is no list of models", host(self.url));
            Failure::new(ErrorClass::Malformed, message)
                .with_hint("check that base_url ends where the protocol begins, often in /v1")
        })
    }
}

/// Reads a list of models in OpenAI's form, with the fields by which servers tell the size of the context window.
pub(crate) fn found_models(list: &Value) -> Option<Vec<FoundModel>> {
    let items = list.get("data").and_then(Value::as_array).or_else(|| list.as_array())?;
    let models = items.iter().filter_map(|item| {
        let id = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())?;
        let meta = item.get("meta").unwrap_or(&Value::Null);
        let size = |value: &Value, field: &str| {
            value.get(field)?.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)
        };
        let context_window = size(meta, "n_ctx")
            .or_else(|| {
                ["context_window", "context_length", "max_model_len", "max_context_length"]
                    .iter()
                    .find_map(|f| size(item, f))
            })
            .or_else(|| size(meta, "n_ctx_train"));
        let owned_by = item.get("owned_by").and_then(Value::as_str).filter(|owner| !owner.is_empty()).map(Into::into);
        Some(FoundModel { id: id.into(), context_window, owned_by })
    });
    Some(models.collect())
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403)
}

async fn refused(response: Response, url: &Url, scrub: &Scrub, key: Option<&Secret>) -> Failure {
    let status = response.status().as_u16();
    if key.is_none() {
        return Failure::new(ErrorClass::Auth, format!("{} asks for a key, and none is stored", host(url)))
            .with_status(status)
            .with_hint("enter this provider's key");
    }
    match accepted(response, url, scrub).await {
        Err(failure) => failure,
        // A refusal is never a success.
        Ok(_) => Failure::new(ErrorClass::Auth, format!("{} refused the key", host(url))).with_status(status),
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn models_are_read_from_the_lists_of_different_servers() {
        let list = json!({"object": "list", "data": [
            {"id": "plain", "object": "model", "owned_by": "someone"},
            {"id": "llama", "owned_by": "llamacpp", "meta": {"n_ctx": 2048, "n_ctx_train": 8192}},
            {"id": "trained", "meta": {"n_ctx_train": 8192}},
            {"id": "vllm", "max_model_len": 4096},
            {"id": "router", "context_length": 1_000_000},
            {"id": "", "owned_by": "nobody"},
            {"name": "without an id"},
            {"id": "huge", "context_length": 99_999_999_999_u64},
        ]});
        let found: Vec<_> = found_models(&list).unwrap().into_iter().map(|m| (m.id, m.context_window)).collect();
        let expected = [
            ("plain", None),
            ("llama", Some(2048)),
            ("trained", Some(8192)),
            ("vllm", Some(4096)),
            ("router", Some(1_000_000)),
            ("huge", None),
        ];
        assert_eq!(found, expected.map(|(id, window)| (id.to_owned(), window)));
        assert_eq!(found_models(&json!({"models": 3})), None);
        assert_eq!(found_models(&json!({"data": []})), Some(Vec::new()));
    }
}
