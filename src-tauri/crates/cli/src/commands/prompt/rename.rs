//! `prompt rename`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::PromptRename;

use crate::{error::Outcome, names, session::Session};

/// Give a prompt another name
#[derive(Debug, Args)]
#[command(after_help = "\
Whoever uses the old name still finds the prompt, until another one takes it.

Examples:
  signalbox-cli prompt rename support/reply support/answer")]
pub(crate) struct Rename {
    /// The prompt
    name: String,
    /// Its new name
    to: String,
}

impl Rename {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, to } = self;
        if let Err(error) = session.core.prompt_rename(PromptRename { name: name.clone(), to: to.clone() }).await {
            return Err(names::no_prompt(&session.core, &name, error).await);
        }
        let shown = json!({ "prompt": to, "was": name });
        session.output.show(&shown, |_, _| format!("{name} is {to} now; the old name leads to it"))
    }
}
