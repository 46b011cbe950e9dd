//! A text and values become messages.

use serde_json::{Map, Value, json};
use signalbox_domain::{Cause, ErrorClass, Failure, Message, Params, Stage};
use signalbox_prompts::{ENGINE, Scope, render_in};

use crate::{
    StoredRequest,
    pipeline::{Passage, Stop},
    stages::resolve::Template,
};

pub(crate) async fn run(
    passage: &mut Passage,
    template: Template,
    values: Map<String, Value>,
    added: Option<Box<StoredRequest>>,
) -> Result<StoredRequest, Stop> {
    let count = values.len();
    // Rendering is limited by fuel, but what it may burn is still too long for an async thread.
    let registry = passage.gateway.registry.clone();
    let rendered = tokio::task::spawn_blocking(move || {
        let scope = Scope { includes: registry.as_ref(), when: template.includes, prompt: Some(&template.name) };
        let rendered = render_in(&template.source, &template.document, &values, &scope);
        (rendered, template, values)
    })
    .await;
    let (rendered, template, values) =
        rendered.map_err(|error| Stop::Failed(Failure::new(ErrorClass::Client, error.to_string())))?;
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(error) => {
            let failure = Failure::new(ErrorClass::Client, error.to_string())
                .with_hint("Open the prompt in the editor: the place is marked there");
            return Err(Stop::Failed(failure));
        }
    };
    let messages: Vec<Message> = rendered.to_messages();
    let characters: usize = messages.iter().map(|message| message.content.text().chars().count()).sum();
    passage
        .recorder
        .decide_with(
            Stage::Render,
            Cause::Ok,
            format!(
                "{}, {}, {}",
                counted(messages.len(), "message"),
                counted(characters, "character"),
                counted(count, "value")
            ),
            json!({ "messages": messages.len(), "characters": characters, "values": count, "engine": ENGINE }),
        )
        .await;
    let rendered = StoredRequest {
        messages,
        values,
        params: template.document.parameters,
        schema: template.document.output,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        engine: ENGINE.to_owned(),
    };
    Ok(match added {
        Some(added) => with(rendered, *added),
        None => rendered,
    })
}

/// A rendered prompt with what its caller adds: messages follow the prompt's own, and what the caller says of the answer
/// comes before what the prompt says. What is added was never a template.
fn with(prompt: StoredRequest, added: StoredRequest) -> StoredRequest {
    let Params { temperature, top_p, max_tokens, seed, stop, reasoning } = added.params;
    let own = prompt.params;
    StoredRequest {
        messages: prompt.messages.into_iter().chain(added.messages).collect(),
        values: prompt.values,
        params: Params {
            temperature: temperature.or(own.temperature),
            top_p: top_p.or(own.top_p),
            max_tokens: max_tokens.or(own.max_tokens),
            seed: seed.or(own.seed),
            stop: if stop.is_empty() { own.stop } else { stop },
            reasoning: reasoning.or(own.reasoning),
        },
        schema: added.schema.or(prompt.schema),
        tools: if added.tools.is_empty() { prompt.tools } else { added.tools },
        tool_choice: added.tool_choice.or(prompt.tool_choice),
        extra: added.extra.or(prompt.extra),
        engine: prompt.engine,
    }
}

/// `1 value`, `2 values`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
