//! `prompt export`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use signalbox_api::{
    ExportTarget,
    types::{PromptChosen, PromptExport, PromptExported},
};
use signalbox_prompts::{Format, LossKind};

use super::losses::{Word, counted, line};
use crate::{
    error::{Error, Exit, Outcome},
    names::{self, PromptArgument},
    output::Style,
    session::Session,
};

/// Export prompts for other tools
#[derive(Debug, Args)]
#[command(after_help = "\
What the other tool doesn't have is told with its place. A prompt that it can't hold has no file, and then it ends with 1. A \
file that is there is left alone unless --replace is given.

Examples:
  signalbox-cli prompt export support/reply@production --as dotprompt --to prompts/
  signalbox-cli prompt export support/reply search/rewrite --as promptfoo --to evals/
  signalbox-cli prompt export support/reply#2 --as github --to reply.prompt.yml --replace
  signalbox-cli prompt export support/reply --as langfuse --to -")]
pub(crate) struct Export {
    /// The prompts; the newest versions unless a label or a number is given
    #[arg(required = true, value_name = "NAME[@LABEL|#N]")]
    prompts: Vec<PromptArgument>,
    /// The format of the other tool
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Word,
    /// A folder, a file for a single prompt, or `-` for standard output
    #[arg(long, value_name = "PATH")]
    to: PathBuf,
    /// Replace a file that is there with another content
    #[arg(long)]
    replace: bool,
}

impl Export {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { prompts, format, to, replace } = self;
        let core = &session.core;
        for prompt in &prompts {
            names::version(core, prompt).await?;
        }
        let chosen = prompts.into_iter().map(|prompt| PromptChosen { name: prompt.name, version: prompt.selector });
        let asked = PromptExport { prompts: chosen.collect(), format: Format::from(format) };
        let losses = if to == Path::new("-") {
            let made = core.prompt_exported(asked).await?;
            for file in &made.files {
                session.output.piece(&file.text)?;
            }
            session
                .output
                .note(|style| made.losses.iter().map(|loss| line(loss, style)).collect::<Vec<_>>().join("\n"));
            made.losses
        } else {
            let done = core.prompt_export_into(asked, ExportTarget { to, replace }).await?;
            let shown = json!({ "files": done.files, "losses": done.losses });
            session.output.show(&shown, |_, style| text(&done, style))?;
            done.losses
        };
        let is_refused = losses.iter().any(|loss| loss.kind == LossKind::Refused);
        if is_refused { Err(Error::Found(Exit::Failure)) } else { Ok(()) }
    }
}

fn text(done: &PromptExported, style: Style) -> String {
    let mut lines: Vec<String> = done
        .files
        .iter()
        .map(|file| {
            let path = &file.path;
            if file.unchanged { format!("{path} has this content already") } else { format!("Wrote {path}") }
        })
        .collect();
    lines.extend(done.losses.iter().map(|loss| format!("  {}", line(loss, style))));
    lines.push(format!(
        "{}, {}",
        counted(done.files.len(), "file", "files"),
        counted(done.losses.len(), "loss", "losses")
    ));
    lines.join("\n")
}
