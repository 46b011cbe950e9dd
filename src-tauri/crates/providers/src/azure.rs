//! Where Azure OpenAI takes requests.

use reqwest::Url;
use signalbox_domain::{ErrorClass, Failure};

/// The addresses of one resource.
///
/// Azure's current form is that of OpenAI below `openai/v1`, and the deployment is named as the model. The older one, used
/// when an API version is given, names the deployment in the path.
#[derive(Debug, Clone)]
pub(crate) struct AzureAddress {
    /// The resource, without `openai`.
    base: Url,
    version: Option<String>,
}

impl AzureAddress {
    /// Takes the resource's address, with or without `openai` or `openai/v1` at its end. Fails with `Client` when the
    /// version can't be one.
    pub(crate) fn new(mut base: Url, version: Option<String>) -> Result<Self, Failure> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if let Some(version) = version.as_deref().filter(|version| version.is_empty() || !version.chars().all(plain)) {
            return Err(Failure::new(ErrorClass::Client, format!("api_version {version:?} is no version"))
                .with_hint("write it like \"2025-04-01-preview\", or leave it out for Azure's current API"));
        }
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/openai/v1").or_else(|| path.strip_suffix("/openai")).unwrap_or(path).to_owned();
        base.set_path(&path);
        Ok(Self { base, version })
    }

    /// Where chat completions of a deployment are asked for.
    pub(crate) fn chat(&self, deployment: &str) -> Url {
        self.of(deployment, &["chat", "completions"])
    }

    /// Where vectors of a deployment are asked for.
    pub(crate) fn vectors(&self, deployment: &str) -> Url {
        self.of(deployment, &["embeddings"])
    }

    fn of(&self, deployment: &str, what: &[&str]) -> Url {
        match self.version {
            None => self.at(&what.join("/")),
            Some(_) => self.under(&[&["openai", "deployments", deployment], what].concat()),
        }
    }

    /// Where everything else is that names no deployment in its path.
    pub(crate) fn at(&self, what: &str) -> Url {
        let mut path = vec!["openai"];
        if self.version.is_none() {
            path.push("v1");
        }
        path.extend(what.split('/'));
        self.under(&path)
    }

    /// The base with these parts behind it, each written so that it stays one part.
    fn under(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        // A URL with a host always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        if let Some(version) = &self.version {
            url.query_pairs_mut().append_pair("api-version", version);
        }
        url
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_azures_addresses_are_written_from_the_resource() {
        let check = |base: &str, version: Option<&str>, chat: &str, models: &str| {
            let address = AzureAddress::new(Url::parse(base).unwrap(), version.map(Into::into)).unwrap();
            assert_eq!((address.chat("my gpt/5").as_str(), address.at("models").as_str()), (chat, models), "{base}");
            let vectors = chat.replace("chat/completions", "embeddings");
            assert_eq!(address.vectors("my gpt/5").as_str(), vectors, "{base}");
        };
        for base in ["https://name.openai.azure.com", "https://name.openai.azure.com/openai/v1"] {
            check(
                base,
                None,
                "https://name.openai.azure.com/openai/v1/chat/completions",
                "https://name.openai.azure.com/openai/v1/models",
            );
        }
        for base in ["https://h/proxy/", "https://h/proxy/openai"] {
            check(
                base,
                Some("2024-10-21"),
                "https://h/proxy/openai/deployments/my%20gpt%2F5/chat/completions?api-version=2024-10-21",
                "https://h/proxy/openai/models?api-version=2024-10-21",
            );
        }
    }

    #[test]
    fn a_version_that_is_none_is_refused() {
        for version in ["", "2024&key=1", "v 1"] {
            let failure = AzureAddress::new(Url::parse("https://h").unwrap(), Some(version.into())).unwrap_err();
            assert_eq!(failure.class, ErrorClass::Client, "{version:?}");
        }
    }
}
