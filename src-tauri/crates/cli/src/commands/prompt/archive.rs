//! `prompt archive`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::PromptArchive;

use crate::{error::Outcome, names, session::Session};

/// Put a prompt away, or take it back
#[derive(Debug, Args)]
#[command(after_help = "\
A prompt that was put away is in no list and no check. Its versions and labels can be used all the same.

Examples:
  signalbox-cli prompt archive support/old-reply
  signalbox-cli prompt archive support/old-reply --undo
  signalbox-cli prompt list --archived")]
pub(crate) struct Archive {
    /// The prompt
    name: String,
    /// Take it back
    #[arg(long)]
    undo: bool,
}

impl Archive {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, undo } = self;
        let request = PromptArchive { name: name.clone(), archived: !undo };
        let prompt = match session.core.prompt_archive(request).await {
            Ok(prompt) => prompt,
            Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
        };
        let name = prompt.summary.name;
        let shown = json!({ "prompt": name, "archived": prompt.summary.archived });
        session.output.show(&shown, |_, _| {
            if undo {
                format!("{name} is in the lists again")
            } else {
                format!("{name} is put away; --undo takes it back")
            }
        })
    }
}
