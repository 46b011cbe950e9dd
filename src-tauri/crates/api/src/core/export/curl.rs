//! A shell command that sends what an attempt sent.

use std::fmt::Write;

use signalbox_domain::{Attempt, Failure, Message, MessageRole, ModelRequest, Params, Protocol, ProviderKind};
use signalbox_gateway::connect;
use signalbox_providers::Http;
use signalbox_workspace::config::{Config, KeySource};

use crate::{ApiError, Code, core::log::Whole};

/// Stands in the command in place of the key.
const KEY: &str = "$SIGNALBOX_KEY";

/// Where a request goes and what stands above it.
struct Address {
    url: String,
    /// Names and values. They are written between double quotes, so that the shell puts the key in.
    headers: Vec<(&'static str, String)>,
    /// What whoever runs it must know, as lines of comment.
    note: &'static str,
}

/// What the command for Bedrock can't do.
const SIGNED: &str = "\
# Requests with an access key are signed for one moment, and no text can sign them again.
# This command works with a Bedrock API key in SIGNALBOX_KEY; an access key and its secret don't work in it.
";

/// The command for an attempt. The bytes are those that were sent; the address is the one that the configuration gives
/// today, and the key is a variable.
pub(in crate::core) fn curl(whole: &Whole, number: u32, config: &Config, http: &Http) -> Result<String, ApiError> {
    let found = whole.call.attempts.iter().zip(&whole.sent).find(|(attempt, _)| attempt.number == number);
    let Some((attempt, sent)) = found else {
        return Err(ApiError::new(Code::NotFound, format!("call {} has no attempt {number}", whole.call.id)));
    };
    let body = sent.as_deref().and_then(|sent| std::str::from_utf8(sent).ok()).ok_or_else(|| {
        ApiError::new(Code::NotFound, format!("what attempt {number} sent isn't stored any more"))
            .with_hint("It was removed because it is older than the log keeps texts")
    })?;
    Ok(command(&address(attempt, config, http)?, body))
}

fn address(attempt: &Attempt, config: &Config, http: &Http) -> Result<Address, ApiError> {
    let gone = |what: &str, name: &str| {
        ApiError::new(Code::NotFound, format!("signalbox.toml has no {what} {name:?} any more"))
            .with_hint("The address of a request comes from there. Export the call as JSON instead")
    };
    let provider = config.provider(&attempt.provider).ok_or_else(|| gone("provider", &attempt.provider))?;
    let model = config.model(&attempt.model).ok_or_else(|| gone("model", &attempt.model))?;
    if provider.kind == ProviderKind::Simulated {
        let message = format!("the provider {} is simulated: nothing was sent", provider.name);
        return Err(ApiError::new(Code::Invalid, message).with_hint("Export the call as JSON instead"));
    }
    let failed = |failure: Failure| ApiError { hint: failure.hint, ..ApiError::new(Code::Invalid, failure.message) };
    let provider_kind = provider.kind;
    let needs_key = provider.key != KeySource::None;
    let provider = connect(provider, http).map_err(failed)?;
    // Only the address of it is used, which depends on the model and on streaming alone.
    let request = ModelRequest {
        model: model.id.clone(),
        messages: vec![Message::text(MessageRole::User, "-")],
        params: Params { max_tokens: Some(1), ..Params::default() },
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream: true,
    };
    let url = provider.prepare(&request).map_err(failed)?.url;
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("accept", "text/event-stream, application/json".to_owned()),
    ];
    let protocol = provider.protocol();
    if protocol == Protocol::AnthropicMessages {
        headers.push(("anthropic-version", "2023-06-01".to_owned()));
    }
    if needs_key {
        headers.push(key_header(protocol, provider_kind));
    }
    let note = if needs_key && protocol == Protocol::BedrockConverse { SIGNED } else { "" };
    Ok(Address { url, headers, note })
}

/// The header in which a key travels. Bedrock takes its own API keys in this way; requests with an access key are signed
/// for one moment, and no text can sign them again.
fn key_header(protocol: Protocol, kind: ProviderKind) -> (&'static str, String) {
    match (protocol, kind) {
        (_, ProviderKind::Azure) => ("api-key", KEY.to_owned()),
        (Protocol::AnthropicMessages, _) => ("x-api-key", KEY.to_owned()),
        (Protocol::Gemini, _) => ("x-goog-api-key", KEY.to_owned()),
        (Protocol::OpenaiChat | Protocol::OpenaiResponses | Protocol::BedrockConverse, _) => {
            ("authorization", format!("Bearer {KEY}"))
        }
    }
}

/// Puts the command together. A here-document ends with a line break that wasn't sent, so `head` counts the bytes.
fn command(address: &Address, body: &str) -> String {
    let end = delimiter(body);
    let mut text = address.note.to_owned();
    let _ = writeln!(
        text,
        "head -c {} <<'{end}' | curl --no-buffer --request POST {} \\",
        body.len(),
        quoted(&address.url)
    );
    for (name, value) in &address.headers {
        let _ = writeln!(text, "  --header \"{name}: {value}\" \\");
    }
    let _ = write!(text, "  --data-binary @-\n{body}\n{end}\n");
    text
}

/// A word that doesn't occur in the body.
fn delimiter(body: &str) -> String {
    let mut word = "END_OF_BODY".to_owned();
    while body.contains(&word) {
        word.push('_');
    }
    word
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use std::process::Command;

    use super::*;

    /// What a shell makes of the command, with a `curl` that shows its arguments and what it reads.
    fn run(text: &str) -> Vec<u8> {
        let script = format!("curl() {{ printf '%s\\n' \"$@\"; printf 'BODY:'; cat; }}\n{text}");
        let checked = Command::new("bash").args(["-n", "-c", text]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let run = Command::new("bash").args(["-c", &script]).env("SIGNALBOX_KEY", "key for the test").output().unwrap();
        assert!(run.status.success() && run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
        run.stdout
    }

    #[test]
    fn a_shell_sends_the_same_bytes_whatever_they_are() {
        for body in [
            "{}",
            "",
            "{\"text\":\"it's $HOME and `id` and \\\\ and \\\" and !\"}",
            "line\nEND_OF_BODY\nEND_OF_BODY_\n'; rm -rf nothing; '",
            "\n\nends with breaks\n\n",
            "ümläut 🚂 \u{2028}",
            "$(echo no) ${SIGNALBOX_KEY}",
        ] {
            let address = Address {
                url: "https://example.org/it's/v1?a=b&c=$HOME".into(),
                headers: vec![("x-api-key", KEY.to_owned())],
                note: SIGNED,
            };
            let text = command(&address, body);
            let expected = format!(
                "--no-buffer\n--request\nPOST\nhttps://example.org/it's/v1?a=b&c=$HOME\n--header\n\
                 x-api-key: key for the test\n--data-binary\n@-\nBODY:{body}"
            );
            assert_eq!(String::from_utf8(run(&text)).unwrap(), expected);
        }
    }

    #[test]
    fn every_kind_of_provider_has_its_address_its_headers_and_no_key() {
        let attempt = |provider: &str| {
            serde_json::from_value::<Attempt>(serde_json::json!({
                "number": 1, "provider": provider, "model": "m", "started_at": "2026-01-01T00:00:00Z",
                "first_token_ms": 1, "total_ms": 2, "request_hash": signalbox_domain::ContentHash::of(b""),
                "usage": null, "cost": 3, "state": "complete", "finish": "stop",
            }))
            .unwrap()
        };
        for (kind, base_url, host, key, others) in [
            (ProviderKind::OpenAi, None, "https://api.openai.com/v1/chat/completions", "authorization: Bearer", ""),
            (
                ProviderKind::Anthropic,
                None,
                "https://api.anthropic.com/v1/messages",
                "x-api-key:",
                "anthropic-version:",
            ),
            (
                ProviderKind::Gemini,
                None,
                "https://generativelanguage.googleapis.com/v1beta/models/the-model:streamGenerateContent",
                "x-goog-api-key:",
                "",
            ),
            (
                ProviderKind::Azure,
                Some("https://x.openai.azure.com"),
                "https://x.openai.azure.com/openai/",
                "api-key:",
                "",
            ),
            (
                ProviderKind::Bedrock,
                None,
                "https://bedrock-runtime.eu-central-1.amazonaws.com/model/the-model/converse-stream",
                "authorization: Bearer",
                "# Requests with an access key are signed",
            ),
            (
                ProviderKind::OpenAiCompatible,
                Some("http://127.0.0.1:8080/v1"),
                "http://127.0.0.1:8080/v1/chat/completions",
                "authorization: Bearer",
                "",
            ),
        ] {
            let mut provider = signalbox_workspace::Provider::new("p", kind);
            provider.base_url = base_url.map(str::to_owned).or(provider.base_url);
            provider.key = KeySource::Keychain;
            provider.region = (kind == ProviderKind::Bedrock).then(|| "eu-central-1".to_owned());
            let text = "[providers.p]\nkind = \"simulated\"\n[models.m]\nprovider = \"p\"\nid = \"the-model\"\n";
            let mut config = Config::parse(text).0.unwrap();
            config.providers = vec![provider];
            let address = address(&attempt("p"), &config, &Http::new().unwrap()).unwrap();
            let text = command(&address, "{}");
            assert!(address.url.starts_with(host), "{kind:?}: {}", address.url);
            assert!(text.contains(&format!("--header \"{key} ")) && text.contains(KEY), "{kind:?}: {text}");
            assert!(text.contains(others), "{kind:?}: {text}");
            assert!(!run(&text).is_empty());
        }
    }

    #[test]
    fn a_key_travels_in_the_header_of_its_protocol() {
        for (protocol, kind, name) in [
            (Protocol::OpenaiChat, ProviderKind::OpenAi, "authorization"),
            (Protocol::OpenaiResponses, ProviderKind::OpenAi, "authorization"),
            (Protocol::OpenaiChat, ProviderKind::Azure, "api-key"),
            (Protocol::AnthropicMessages, ProviderKind::Anthropic, "x-api-key"),
            (Protocol::Gemini, ProviderKind::Gemini, "x-goog-api-key"),
            (Protocol::BedrockConverse, ProviderKind::Bedrock, "authorization"),
        ] {
            let (header, value) = key_header(protocol, kind);
            assert_eq!(header, name);
            assert!(value.ends_with(KEY), "the key itself is never there");
        }
    }
}
