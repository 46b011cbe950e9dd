//! `prompt settle`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::PromptNamed;
use signalbox_prompts::Settled;

use crate::{error::Outcome, names, session::Session};

/// Settle what git could not merge in a prompt's files
#[derive(Debug, Args)]
#[command(after_help = "\
Both sides are kept: where both have saved a version of one number, the other side's gets a new one. Where both have moved a
label, it points to where this side has moved it.

Examples:
  signalbox-cli prompt settle support/reply")]
pub(crate) struct Settle {
    /// The prompt
    name: String,
}

impl Settle {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name } = self;
        let done = match session.core.prompt_settle(PromptNamed { name: name.clone() }).await {
            Ok(done) => done,
            Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
        };
        let name = done.prompt.summary.name;
        let shown = json!({ "prompt": name, "settled": done.settled });
        session.output.show(&shown, |_, _| text(name.as_str(), &done.settled))
    }
}

fn text(name: &str, settled: &Settled) -> String {
    let Settled { renumbered, labels } = settled;
    let renumbered =
        renumbered.iter().map(|version| format!("The other side's {name} #{} is #{} now", version.from, version.to));
    let labels = labels.iter().map(|choice| {
        let (label, ours, theirs) = (&choice.label, choice.ours, choice.theirs);
        format!("{name}@{label} is #{ours}; the other side has moved it to #{theirs}")
    });
    let lines: Vec<String> = renumbered.chain(labels).collect();
    if lines.is_empty() { format!("{name} has nothing to choose between") } else { lines.join("\n") }
}
