//! `prompt label`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::{LabelSet, PromptNamed};
use signalbox_prompts::Prompt;

use crate::{
    error::{Error, Outcome},
    names,
    session::Session,
};

/// Point a label to a version, or remove it
#[derive(Debug, Args)]
#[command(after_help = "\
It says what the label pointed to before, so that it can be moved back.

Examples:
  signalbox-cli prompt label support/reply production 2
  signalbox-cli prompt label support/reply staging --remove")]
pub(crate) struct Label {
    /// The prompt
    name: String,
    /// The label, such as production
    #[arg(value_name = "LABEL")]
    pointer: String,
    /// The version
    #[arg(value_name = "N", value_parser = names::version_number, required_unless_present = "remove")]
    version: Option<u32>,
    /// Remove the label
    #[arg(long, conflicts_with = "version")]
    remove: bool,
}

impl Label {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, pointer: label, version, .. } = self;
        let core = &session.core;
        let before = match core.prompt_get(PromptNamed { name: name.clone() }).await {
            Ok(detail) => detail.prompt,
            Err(error) => return Err(names::no_prompt(core, &name, error).await),
        };
        let from = target(&before, &label);
        if version.is_none() && from.is_none() {
            let known = before.summary.labels.iter().map(|known| known.label.as_str());
            let otherwise = format!("signalbox-cli prompt show {name} --versions lists its labels");
            return Err(Error::not_found(format!("{name} has no label {label:?}"))
                .hint(names::meant(&label, known, &otherwise)));
        }
        if let Err(error) = core.prompt_label(LabelSet { name: name.clone(), label: label.clone(), version }).await {
            return Err(names::no_prompt(core, &name, error).await);
        }
        let shown = json!({ "prompt": name, "label": label, "from": from, "to": version });
        session.output.show(&shown, |_, _| moved(&name, &label, from, version))
    }
}

/// Where a label of a prompt points.
pub(super) fn target(prompt: &Prompt, label: &str) -> Option<u32> {
    prompt.summary.labels.iter().find(|known| known.label == label).map(|known| known.version)
}

/// What became of a label, in words.
pub(super) fn moved(name: &str, label: &str, from: Option<u32>, to: Option<u32>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from == to => format!("{name}@{label} is #{to} already"),
        (Some(from), Some(to)) => format!("{name}@{label} is #{to} now; it was #{from}"),
        (None, Some(to)) => format!("{name}@{label} is #{to} now; it is new"),
        (Some(from), None) => format!("{name}@{label} is removed; it was #{from}"),
        (None, None) => format!("{name} has no label {label}"),
    }
}
