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

/// The most pages of a list that are read; each may hold a thousand models.
const MOST_PAGES: usize = 20;

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
        let response = accepted(self.get(self.url, key).await?, self.url, &Scrub::new(key)).await?;
        self.listed(response, key).await
    }

    /// Reaches the server without the key, then with it, then reads its list of models.
    pub(crate) async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        let scrub = Scrub::new(key);
        let key = key.filter(|key| !key.is_empty());
        let mut steps = Vec::new();

        let began = Instant::now();
        // Asking without the key first shows whether the server asks for one at all.
        let without_key = match self.get(self.url, None).await {
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
            Some(_) => self.get(self.url, key).await,
        };
        let accepted = match response {
            Ok(response) if is_refusal(response.status()) => Err(refused(response, self.url, &scrub, key).await),
            Ok(response) => match accepted(response, self.url, &scrub).await {
                // Some servers refuse a key with the status of any other mistake.
                Err(failure) if failure.class == ErrorClass::Auth => Err(failure),
                other => Ok(other),
            },
            Err(failure) => Err(failure),
        };
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(failure) => {
                steps.push(TestStep::failed(TestStep::KEY, millis(began), failure));
                return ConnectionTest { steps, models: Vec::new() };
            }
        };
        let note = match (open, key.is_some(), accepted.is_ok()) {
            (true, false, _) => Some("the server asks for no key"),
            (true, true, _) => Some("the server lists its models to anyone, so the key itself is untested"),
            (false, _, false) => Some("the server didn't refuse, but didn't list its models either"),
            (false, _, true) => None,
        };
        steps.push(TestStep::passed(TestStep::KEY, millis(began), note));

        let began = Instant::now();
        let listed = match accepted {
            Ok(response) => self.listed(response, key).await,
            Err(failure) => Err(failure),
        };
        match listed {
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

    async fn get(&self, url: &Url, key: Option<&Secret>) -> Result<Response, Failure> {
        self.http.get(url, self.auth.headers(key, self.always)?).await
    }

    /// Reads the list, page by page.
    async fn listed(&self, mut response: Response, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        let mut models: Vec<FoundModel> = Vec::new();
        for _ in 0..MOST_PAGES {
            let body = whole(response, self.url).await?;
            let page = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            let found = (self.read)(&page).ok_or_else(|| {
                let message = format!("{} answered with something that is no list of models", host(self.url));
                Failure::new(ErrorClass::Malformed, message)
                    .with_hint("check that base_url ends where the protocol begins, often in /v1")
            })?;
            let known = models.len();
            let new: Vec<_> = found.into_iter().filter(|model| !models.contains(model)).collect();
            models.extend(new);
            // A server that doesn't know how to turn the page gives the same one again.
            let Some(next) = next_page(self.url, &page).filter(|_| models.len() > known) else {
                break;
            };
            response = accepted(self.get(&next, key).await?, &next, &Scrub::new(key)).await?;
        }
        Ok(models)
    }
}

/// Where the next page of a list is, in any of the forms in which servers say that there is one.
fn next_page(url: &Url, page: &Value) -> Option<Url> {
    let text = |name: &str| page.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let more = page.get("has_more").and_then(Value::as_bool) == Some(true);
    let (name, value) = match (text("nextPageToken"), text("last_id")) {
        (Some(token), _) => ("pageToken", token),
        (None, Some(last)) if more => ("after_id", last),
        _ => return None,
    };
    let mut next = url.clone();
    next.query_pairs_mut().append_pair(name, value);
    Some(next)
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
