//! What an answer is kept under: everything that could make another answer right.

use serde::Serialize;
use serde_json::Value;
use signalbox_domain::{ContentHash, Effort, Extra, Message, Params, PromptRef, Role, Target, Tool, ToolChoice};

use signalbox_providers::Prepared;

use crate::StoredRequest;

/// Whom a kept answer belongs to: it is never served beyond this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Tenant<'a> {
    pub(crate) workspace: &'a str,
    pub(crate) org: Option<&'a str>,
    pub(crate) project: &'a str,
    pub(crate) user: Option<&'a str>,
}

/// Who asks for what, besides the conversation itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) role: Role,
    pub(crate) target: &'a Target,
    pub(crate) prompt: Option<&'a PromptRef>,
    pub(crate) tenant: Tenant<'a>,
    /// Whether the answer is held back and checked before it is given; one that wasn't is no answer to who wants that.
    pub(crate) integrity: bool,
    /// The first candidate's provider.
    pub(crate) provider: &'a str,
    /// What it would be sent; with it a changed model, region or address is another question.
    pub(crate) sent: &'a Prepared,
}

#[derive(Serialize)]
struct Key<'a> {
    form: &'static str,
    role: Role,
    target: &'a Target,
    prompt: Option<&'a PromptRef>,
    tenant: Tenant<'a>,
    integrity: bool,
    provider: &'a str,
    url: &'a str,
    sent: ContentHash,
    messages: &'a [Message],
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
    seed: Option<i64>,
    stop: &'a [String],
    reasoning: Option<Effort>,
    schema: Option<&'a Value>,
    tools: &'a [Tool],
    tool_choice: Option<&'a ToolChoice>,
    extra: Option<&'a Extra>,
}

/// The key of a request; none when it can't be written down. Everything is taken apart field by field, so that a new
/// field doesn't compile until somebody has decided whether it belongs to the key.
pub(crate) fn cache_key(asked: Asked<'_>, request: &StoredRequest) -> Option<ContentHash> {
    let Asked { role, target, prompt, tenant, integrity, provider, sent } = asked;
    // The hash stands for the body. Whether it is streamed makes no other answer, and is in the body where it is said.
    // The task is the role's.
    let Prepared { url, body: _, hash: sent, stream: _, task: _ } = sent;
    let StoredRequest {
        messages,
        // They are in the messages already, and values that render to the same are the same question.
        values: _,
        params,
        schema,
        tools,
        tool_choice,
        extra,
        // So is what it made.
        engine: _,
    } = request;
    let Params { temperature, top_p, max_tokens, seed, stop, reasoning } = params;
    let key = Key {
        form: "2",
        role,
        target,
        prompt,
        tenant,
        integrity,
        provider,
        url,
        sent: *sent,
        messages,
        temperature: *temperature,
        top_p: *top_p,
        max_tokens: *max_tokens,
        seed: *seed,
        stop,
        reasoning: *reasoning,
        schema: schema.as_ref(),
        tools,
        tool_choice: tool_choice.as_ref(),
        extra: extra.as_ref(),
    };
    serde_json::to_vec(&key).ok().map(|bytes| ContentHash::of(&bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Map, json};
    use signalbox_domain::{MessageRole, Protocol};

    use super::*;

    fn request() -> StoredRequest {
        StoredRequest {
            messages: vec![Message::text(MessageRole::User, "Is it true?")],
            values: Map::new(),
            params: Params::default(),
            schema: None,
            tools: Vec::new(),
            tool_choice: None,
            extra: None,
            engine: "engine".into(),
        }
    }

    #[test]
    fn every_field_of_a_request_makes_another_key() {
        let (target, other) = (Target::Route("default".into()), Target::Route("other".into()));
        let prompt = |number| PromptRef { name: "p".into(), version: Some(number), hash: ContentHash::of(b"text") };
        let (first, second) = (prompt(1), prompt(2));
        let tenant = Tenant { workspace: "/w", org: Some("acme"), project: "support", user: None };
        let sent = |url: &str, body: &'static [u8]| Prepared {
            url: url.into(),
            body: body.into(),
            hash: ContentHash::of(body),
            stream: true,
            task: signalbox_providers::Task::Answer,
        };
        // Some protocols name the model, and the region, in the address alone.
        let (here, there, changed) =
            (sent("https://a/m1", b"a"), sent("https://a/m2", b"a"), sent("https://a/m1", b"b"));
        let asked = Asked {
            role: Role::Generate,
            target: &target,
            prompt: Some(&first),
            tenant,
            integrity: false,
            provider: "acme",
            sent: &here,
        };
        let askeds = [
            asked,
            Asked { role: Role::Judge, ..asked },
            Asked { target: &other, ..asked },
            Asked { prompt: Some(&second), ..asked },
            Asked { prompt: None, ..asked },
            Asked { sent: &changed, ..asked },
            Asked { sent: &there, ..asked },
            Asked { provider: "other", ..asked },
            Asked { integrity: true, ..asked },
            Asked { tenant: Tenant { workspace: "/v", ..tenant }, ..asked },
            Asked { tenant: Tenant { org: None, ..tenant }, ..asked },
            Asked { tenant: Tenant { project: "sales", ..tenant }, ..asked },
            Asked { tenant: Tenant { user: Some("ann"), ..tenant }, ..asked },
        ];
        let params = |params| StoredRequest { params, ..request() };
        let tool = Tool { name: "t".into(), description: None, parameters: json!({}), strict: false };
        let requests = [
            StoredRequest { messages: vec![Message::text(MessageRole::User, "Is it not true?")], ..request() },
            StoredRequest { messages: vec![Message::text(MessageRole::System, "Is it true?")], ..request() },
            params(Params { temperature: Some(0.0), ..Params::default() }),
            params(Params { top_p: Some(0.5), ..Params::default() }),
            params(Params { max_tokens: Some(5), ..Params::default() }),
            params(Params { seed: Some(5), ..Params::default() }),
            params(Params { stop: vec!["x".into()], ..Params::default() }),
            params(Params { reasoning: Some(Effort::High), ..Params::default() }),
            StoredRequest { schema: Some(json!({})), ..request() },
            StoredRequest { tools: vec![tool], ..request() },
            StoredRequest { tool_choice: Some(ToolChoice::Auto), ..request() },
            StoredRequest { extra: Some(Extra { protocol: Protocol::OpenaiChat, fields: Map::new() }), ..request() },
        ];
        let expected = askeds.len() + requests.len();
        let keys: HashSet<_> = askeds
            .iter()
            .map(|asked| cache_key(*asked, &request()))
            .chain(requests.iter().map(|request| cache_key(asked, request)))
            .collect();
        assert_eq!(keys.len(), expected);
        let rendered_anew = StoredRequest { values: Map::from_iter([("a".into(), json!(1))]), ..request() };
        assert_eq!(cache_key(asked, &request()), cache_key(asked, &rendered_anew), "the same conversation");
    }
}
