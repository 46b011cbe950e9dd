//! A prompt and a label become a text.

use serde_json::json;
use signalbox_domain::{Cause, ErrorClass, Failure, PromptRef, Stage};
use signalbox_prompts::{Document, PromptName, Selector, Source};

use crate::{
    CallRequest, PromptText,
    pipeline::{Passage, Stop},
};

/// The text that a call uses.
pub(crate) struct Resolved {
    pub(crate) source: Source,
    pub(crate) document: Document,
}

pub(crate) async fn run(passage: &mut Passage, request: &CallRequest) -> Result<Resolved, Stop> {
    let name = PromptName::new(request.text.name()).map_err(|error| failed(&error))?;
    let (resolved, cause, version) = match &request.text {
        PromptText::Draft { source, .. } => {
            let document = Document::parse(&source.head).map_err(|error| failed(&error))?;
            (Resolved { source: source.clone(), document }, Cause::Draft, None)
        }
        PromptText::Stored { selector, .. } => {
            let registry = passage.gateway.registry.clone();
            let (asked, wanted) = (name.clone(), selector.clone());
            let version = tokio::task::spawn_blocking(move || registry.resolve(&asked, &wanted))
                .await
                .map_err(|error| failed(&error))?
                .map_err(|error| failed(&error))?;
            if let Some(problem) = version.problem {
                return Err(failed(&problem));
            }
            let cause = if matches!(selector, Selector::Label(_)) { Cause::Label } else { Cause::Version };
            (Resolved { source: version.source, document: version.document }, cause, Some(version.info.number))
        }
    };
    let hash = resolved.source.content_hash();
    passage.call.prompt = Some(PromptRef { name: name.to_string(), version, hash });
    let which = match (&request.text, version) {
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
    Ok(resolved)
}

fn failed(error: &dyn std::fmt::Display) -> Stop {
    Stop::Failed(Failure::new(ErrorClass::Client, error.to_string()))
}
