//! `prompt label`.

use clap::Args;
use serde_json::json;
use signalbox_api::{
    ApiError, Code,
    types::{LabelBack, LabelHistory, LabelProtect, LabelSet, PromptNamed},
};
use signalbox_prompts::{LabelChange, LabelEvent, Prompt};

use crate::{
    error::{Error, Outcome},
    names,
    output::{Style, Table},
    session::Session,
};

/// Point a label to a version, back to where it was, or remove it
#[derive(Debug, Args)]
#[command(after_help = "\
It says what the label pointed to before, so that it can be moved back. Who moved it and when is
kept beside the prompt, and shared like it.

Examples:
  signalbox-cli prompt label support/reply production 2
  signalbox-cli prompt label support/reply production --rollback
  signalbox-cli prompt label support/reply production --protect
  signalbox-cli prompt label support/reply --history
  signalbox-cli prompt label support/reply staging --remove")]
pub(crate) struct Label {
    /// The prompt
    name: String,
    /// The label, such as production
    #[arg(value_name = "LABEL", required_unless_present = "history")]
    pointer: Option<String>,
    /// The version
    #[arg(value_name = "N", value_parser = names::version_number, required_unless_present = "what")]
    version: Option<u32>,
    #[command(flatten)]
    what: What,
    /// Move the label although it is protected
    #[arg(long, conflicts_with_all = ["history", "protect", "unprotect"])]
    confirm: bool,
}

/// What becomes of the label, when it isn't pointed to a version.
#[derive(Debug, Clone, Copy, Args)]
#[group(id = "what", multiple = false, conflicts_with = "version")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line, and at most one is given")]
struct What {
    /// Remove the label
    #[arg(long)]
    remove: bool,
    /// Point it to where it pointed before it was moved the last time
    #[arg(long)]
    rollback: bool,
    /// From now on, move it only with --confirm
    #[arg(long)]
    protect: bool,
    /// Let it be moved freely again
    #[arg(long)]
    unprotect: bool,
    /// List who moved it and when; without a label, all of the prompt's labels
    #[arg(long)]
    history: bool,
}

impl Label {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, pointer, version, what, confirm } = self;
        if what.history {
            return history(session, &name, pointer.as_deref()).await;
        }
        let label = pointer.unwrap_or_default();
        if what.rollback {
            rollback(session, name, label, confirm).await
        } else if what.protect || what.unprotect {
            protect(session, name, label, what.protect).await
        } else {
            point(session, name, label, version, confirm).await
        }
    }
}

async fn point(session: &Session, name: String, label: String, version: Option<u32>, confirmed: bool) -> Outcome {
    let core = &session.core;
    let before = match core.prompt_get(PromptNamed { name: name.clone() }).await {
        Ok(detail) => detail.prompt,
        Err(error) => return Err(names::no_prompt(core, &name, error).await),
    };
    let from = target(&before, &label);
    if version.is_none() && from.is_none() {
        let known = before.summary.labels.iter().map(|known| known.label.as_str());
        let otherwise = format!("signalbox-cli prompt show {name} --versions lists its labels");
        return Err(
            Error::not_found(format!("{name} has no label {label:?}")).hint(names::meant(&label, known, &otherwise))
        );
    }
    // What is said to be replaced is what is replaced: when somebody else is faster, this is refused.
    let set = LabelSet { name: name.clone(), label: label.clone(), version, confirmed, seen: Some(from.unwrap_or(0)) };
    if let Err(error) = core.prompt_label(set).await {
        return Err(refused(session, &name, error).await);
    }
    let shown = json!({ "prompt": name, "label": label, "from": from, "to": version });
    session.output.show(&shown, |_, _| moved(&name, &label, from, version))
}

async fn rollback(session: &Session, name: String, label: String, confirmed: bool) -> Outcome {
    let core = &session.core;
    // What is said to be replaced is what is replaced: when somebody else is faster, this is refused.
    let seen = match core.prompt_get(PromptNamed { name: name.clone() }).await {
        Ok(detail) => target(&detail.prompt, &label),
        Err(error) => return Err(names::no_prompt(core, &name, error).await),
    };
    let back = LabelBack { name: name.clone(), label: label.clone(), confirmed, seen: Some(seen.unwrap_or(0)) };
    let done = match core.label_back(back).await {
        Ok(done) => done.moved,
        Err(error) => return Err(refused(session, &name, error).await),
    };
    let shown = json!({ "prompt": name, "label": label, "from": done.from, "to": done.to });
    session.output.show(&shown, |_, _| moved(&name, &label, done.from, done.to))
}

async fn protect(session: &Session, name: String, label: String, protected: bool) -> Outcome {
    let request = LabelProtect { name: name.clone(), label: label.clone(), protected };
    if let Err(error) = session.core.label_protect(request).await {
        return Err(refused(session, &name, error).await);
    }
    let shown = json!({ "prompt": name, "label": label, "protected": protected });
    session.output.show(&shown, |_, _| {
        if protected {
            format!("{name}@{label} is moved only with --confirm from now on")
        } else {
            format!("{name}@{label} can be moved freely")
        }
    })
}

async fn history(session: &Session, name: &str, label: Option<&str>) -> Outcome {
    let mut history: LabelHistory = match session.core.label_history(PromptNamed { name: name.to_owned() }).await {
        Ok(history) => history,
        Err(error) => return Err(refused(session, name, error).await),
    };
    history.changes.retain(|change| label.is_none_or(|label| change.label == label));
    session.output.show(&history, |history, style| text(&history.changes, style))
}

fn text(changes: &[LabelChange], style: Style) -> String {
    let mut table = Table::new(&["WHEN", "LABEL", "WHAT", "BY"]);
    for change in changes {
        let version = |version: Option<u32>| version.map_or("nothing".to_owned(), |version| format!("#{version}"));
        let what = match change.what {
            LabelEvent::Moved { from, to } => format!("{} → {}", version(from), version(to)),
            LabelEvent::Back { from, to } => format!("{} → {}, back", version(from), version(to)),
            LabelEvent::Protected => "protected".to_owned(),
            LabelEvent::Unprotected => "not protected any more".to_owned(),
        };
        let by = if change.at.is_none() { "a change of the file" } else { &change.by };
        let at = change.at.map(|at| at.to_string()).unwrap_or_default();
        table.row([at, change.label.clone(), what, by.to_owned()]);
    }
    table.text(style, "Nothing is known of it")
}

async fn refused(session: &Session, name: &str, error: ApiError) -> Error {
    if error.code == Code::Protected { protected(error) } else { names::no_prompt(&session.core, name, error).await }
}

/// An error with what to do about a label that is protected.
pub(super) fn protected(error: ApiError) -> Error {
    let hint = (error.code == Code::Protected).then(|| "--confirm moves it".to_owned());
    Error::from(error).hint_if(hint)
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
