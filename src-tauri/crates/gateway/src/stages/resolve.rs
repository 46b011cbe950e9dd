//! A prompt and a label become a text.

use serde_json::json;
use signalbox_domain::{Cause, ErrorClass, Failure, Origin, PromptRef, Stage};
use signalbox_prompts::{Document, PromptName, Selector, Source, When};

use crate::{
    PromptText, StoredRequest,
    pipeline::{Passage, Stop},
    stages::render::counted,
};

/// The text that a call uses.
pub(crate) enum Resolved {
    /// It must be rendered.
    Template(Box<Template>),
    /// It is rendered already.
    Rendered(Box<StoredRequest>),
}

/// A text that must be rendered.
pub(crate) struct Template {
    pub(crate) source: Source,
    pub(crate) document: Document,
    /// The prompt that it is of.
    pub(crate) name: PromptName,
    /// Which versions its includes stand for.
    pub(crate) includes: When,
}

pub(crate) async fn run(passage: &mut Passage, text: &PromptText) -> Result<Resolved, Stop> {
    let parse = |name: &str| PromptName::new(name).map_err(|error| failed(&error));
    let (template, cause, version) = match text {
        PromptText::Rendered { prompt, request } => return Ok(rendered(passage, prompt.clone(), request).await),
        PromptText::Draft { name, source } => {
            let document = Document::parse(&source.head).map_err(|error| failed(&error))?;
            let name = parse(name)?;
            (Template { source: source.clone(), document, name, includes: When::Now }, Cause::Draft, None)
        }
        PromptText::Stored { name, selector } => {
            let name = parse(name)?;
            let registry = passage.gateway.registry.clone();
            let wanted = selector.clone();
            let version = tokio::task::spawn_blocking(move || registry.resolve(&name, &wanted))
                .await
                .map_err(|error| failed(&error))?
                .map_err(|error| failed(&error))?;
            if let Some(problem) = version.problem {
                return Err(failed(&problem));
            }
            let cause = if matches!(selector, Selector::Label(_)) { Cause::Label } else { Cause::Version };
            // An old name leads to the prompt, and the log has the one that it has now.
            let (source, document, name) = (version.source, version.document, version.name);
            (Template { source, document, name, includes: When::Saved }, cause, Some(version.info.number))
        }
    };
    let name = template.name.clone();
    let hash = template.source.content_hash();
    passage.call.prompt = Some(PromptRef { name: name.to_string(), version, hash });
    let which = match (text, version) {
        (PromptText::Stored { selector: Selector::Label(label), .. }, Some(number)) => {
            format!("{label} is version {number}")
        }
        (_, Some(number)) => format!("version {number}"),
        (_, None) => "draft".into(),
    };
    passage
        .recorder
        .decide_with(
            Stage::Resolve,
            cause,
            format!("{name}, {which}, hash {}", hash.short()),
            json!({ "prompt": name, "version": version, "hash": hash }),
        )
        .await;
    passage.show().await;
    Ok(Resolved::Template(Box::new(template)))
}

/// A conversation that is rendered already, by its caller or for an earlier call.
async fn rendered(passage: &mut Passage, prompt: Option<PromptRef>, request: &StoredRequest) -> Resolved {
    let detail = match &passage.call.origin {
        Origin::Replay { of } => format!("the conversation of call {of}"),
        _ => format!("a conversation of {}", counted(request.messages.len(), "message")),
    };
    passage.call.prompt = prompt;
    passage.recorder.decide(Stage::Resolve, Cause::Messages, detail).await;
    passage.show().await;
    Resolved::Rendered(Box::new(request.clone()))
}

fn failed(error: &dyn std::fmt::Display) -> Stop {
    Stop::Failed(Failure::new(ErrorClass::Client, error.to_string()))
}
