//! `prompt save`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use signalbox_api::types::{LabelSet, PromptSave, PromptSaved};
use signalbox_prompts::Source;

use crate::{
    error::{Error, Outcome},
    input, names,
    session::Session,
};

/// Save a file as a new version
#[derive(Debug, Args)]
#[command(after_help = "\
A version never changes. A text that the newest version has already isn't saved again.

Examples:
  signalbox-cli prompt save support/reply reply.prompty -m \"Shorter greeting\"
  signalbox-cli prompt save support/reply reply.prompty -m \"Shorter greeting\" --label staging
  sed s/Hello/Hi/ reply.prompty | signalbox-cli prompt save support/greeting - -m \"First version\" --new")]
pub(crate) struct Save {
    /// The prompt
    name: String,
    /// The file, or `-` for standard input
    file: PathBuf,
    /// Why it was changed
    #[arg(short, long)]
    message: String,
    /// Point this label to the version too
    #[arg(long)]
    label: Option<String>,
    /// Move the label although it is protected
    #[arg(long, requires = "label")]
    confirm: bool,
    /// Make the prompt, which isn't there yet
    #[arg(long)]
    new: bool,
}

impl Save {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, file, message, label, confirm, new } = self;
        let core = &session.core;
        let text = input::text_of(&file).await?;
        let source = Source::parse(&text)
            .map_err(|error| Error::failure("invalid", format!("{} is no prompt: {error}", input::name_of(&file))))?;
        let save = PromptSave { name: name.clone(), source, message };
        let saved: PromptSaved = if new {
            core.prompt_begin(save).await?
        } else {
            match core.prompt_save(save).await {
                Ok(saved) => saved,
                Err(error) => return Err(names::no_prompt(core, &name, error).await.or_hint_new(&name)),
            }
        };
        let number = saved.number;
        let mut replaced = None;
        if let Some(label) = &label {
            replaced = Some(super::label::target(&saved.prompt, label));
            let set = LabelSet {
                name: name.clone(),
                label: label.clone(),
                version: Some(number),
                confirmed: confirm,
                seen: None,
            };
            core.prompt_label(set).await.map_err(super::label::protected)?;
        }
        let shown = json!({
            "prompt": name, "version": number, "unchanged": saved.unchanged, "label": label,
            "replaced": replaced.flatten(),
        });
        session.output.show(&shown, |_, _| {
            let mut lines = vec![if saved.unchanged {
                format!("{name} #{number} has this text already; nothing was saved")
            } else {
                format!("Saved {name} #{number}")
            }];
            if let (Some(label), Some(from)) = (&label, replaced) {
                lines.push(super::label::moved(&name, label, from, Some(number)));
            }
            lines.join("\n")
        })
    }
}

impl Error {
    /// A prompt that isn't there can be made, when no other was meant.
    fn or_hint_new(self, name: &str) -> Self {
        match &self {
            Self::Failed(failed) if failed.code == "not_found" => {
                let meant = failed.hint.clone().unwrap_or_default();
                let between = if meant.ends_with('?') { "" } else { ";" };
                self.hint(format!("{meant}{between} --new makes {name}"))
            }
            _ => self,
        }
    }
}
