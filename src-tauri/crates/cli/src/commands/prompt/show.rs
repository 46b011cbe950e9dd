//! `prompt show`.

use clap::Args;
use signalbox_api::types::PromptNamed;
use signalbox_domain::Signal;
use signalbox_prompts::{Prompt, VersionInfo};

use crate::{
    error::Outcome,
    names::{self, PromptArgument},
    output::{Paint, Style, Table},
    session::Session,
};

/// Print a version as its file has it, or list all versions
#[derive(Debug, Args)]
#[command(after_help = "\
Standard output holds the text alone, so that it can be edited and saved again.

Examples:
  signalbox-cli prompt show support/reply@production
  signalbox-cli prompt show support/reply --versions
  signalbox-cli prompt show support/reply#2 > reply.prompty")]
pub(crate) struct Show {
    /// The prompt; the newest version unless a label or a number is given
    #[arg(value_name = "NAME[@LABEL|#N]")]
    prompt: PromptArgument,
    /// List the versions instead, with their labels
    #[arg(long)]
    versions: bool,
}

impl Show {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        if self.versions {
            return versions(session, self.prompt.name).await;
        }
        let version = names::version(&session.core, &self.prompt).await?;
        session.output.show(&version, |version, _| version.source.to_text())?;
        session.output.note(|style| {
            let mut lines = vec![about(&version.info, style)];
            lines.extend(version.problem.iter().map(|problem| style.signal(Signal::Stop, problem)));
            lines.join("\n")
        });
        Ok(())
    }
}

async fn versions(session: &Session, name: String) -> Outcome {
    let found = session.core.prompt_get(PromptNamed { name: name.clone() }).await;
    let prompt: Prompt = match found {
        Ok(detail) => detail.prompt,
        Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
    };
    session.output.show(&prompt, |prompt, style| {
        let mut table = Table::new(&["VERSION", "LABELS", "SAVED", "BY", "MESSAGE"]);
        for version in &prompt.versions {
            table.row([
                format!("#{}", version.number),
                version.labels.join(", "),
                version.at.map(|at| at.to_string()).unwrap_or_default(),
                version.author.clone(),
                match &version.problem {
                    Some(problem) => style.signal(Signal::Stop, problem),
                    None => version.message.clone(),
                },
            ]);
        }
        table.text(style, "It has no versions")
    })
}

/// What is known of a version, on one line.
fn about(info: &VersionInfo, style: Style) -> String {
    let labels = info.labels.iter().map(|label| format!("@{label}"));
    let parts = [format!("#{}", info.number)].into_iter().chain(labels);
    let saved = info.at.map(|at| format!("saved {at} by {}", info.author));
    let message = Some(info.message.clone()).filter(|message| !message.is_empty());
    let parts = parts.chain(saved).chain(message).chain([format!("hash {}", info.hash.short())]);
    style.paint(Paint::Dim, &parts.collect::<Vec<_>>().join(" · "))
}
