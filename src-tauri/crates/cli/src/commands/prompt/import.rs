//! `prompt import`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use signalbox_api::{
    ImportTarget,
    types::{ImportOutcome, ImportRow, PromptImports},
};
use signalbox_domain::Signal;
use signalbox_prompts::Format;

use super::losses::{Word, counted, line};
use crate::{
    error::{Error, Exit, Outcome},
    output::Style,
    session::Session,
};

/// Import prompts of other tools
#[derive(Debug, Args)]
#[command(after_help = "\
Files say by their names and contents what they are; of a folder, every file below it is looked into. Nothing is \
overwritten: a prompt that is there gets a further version, unless one of its versions has the text already. What couldn't be \
carried is told with its place. It ends with 1 when a file couldn't be read.

Examples:
  signalbox-cli prompt import promptfooconfig.yaml --dry-run
  signalbox-cli prompt import prompts/ --into support/
  signalbox-cli prompt import exported.json --as langfuse --into support/reply")]
pub(crate) struct Import {
    /// The files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What they are, when that can't be seen
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Option<Word>,
    /// A folder of prompts with a / at its end, or the name of a single prompt
    #[arg(long, value_name = "FOLDER/NAME")]
    into: Option<String>,
    /// Give a prompt whose name is taken another name instead of a version there
    #[arg(long)]
    rename: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { paths, format, into, rename, dry_run } = self;
        let target = ImportTarget { into, rename };
        let done = session.core.prompt_import_from(paths, format.map(Format::from), target, dry_run).await?;
        if done.prompts.is_empty() && done.unread.is_empty() {
            return Err(Error::not_found("there is no prompt of another tool")
                .hint("Name the file itself with --as FORMAT, or see signalbox-cli prompt import --help"));
        }
        let shown = json!({ "dry_run": dry_run, "prompts": done.prompts, "unread": done.unread });
        session.output.show(&shown, |_, style| text(&done, dry_run, style))?;
        if done.unread.is_empty() { Ok(()) } else { Err(Error::Found(Exit::Failure)) }
    }
}

fn text(done: &PromptImports, dry_run: bool, style: Style) -> String {
    let mut lines = Vec::new();
    for row in &done.prompts {
        lines.push(said(row, dry_run));
        lines.extend(row.imported.losses.iter().map(|loss| format!("  {}", line(loss, style))));
    }
    for unread in &done.unread {
        lines.push(format!("{}: {}: {}", unread.file, style.signal(Signal::Stop, "not read"), unread.message));
    }
    lines.push(summary(done, dry_run));
    lines.join("\n")
}

fn said(row: &ImportRow, dry_run: bool) -> String {
    let (name, number) = (&row.prompt, row.version);
    let what = match (row.outcome, dry_run) {
        (ImportOutcome::New, false) => format!("Made {name} #{number}"),
        (ImportOutcome::New, true) => format!("Would make {name} #{number}"),
        (ImportOutcome::Version, false) => format!("Saved {name} #{number}"),
        (ImportOutcome::Version, true) => format!("Would save {name} #{number}"),
        (ImportOutcome::Unchanged, _) => format!("{name} #{number} has this text already"),
    };
    let imported = &row.imported;
    let values = imported.values.len();
    let with = if values == 0 {
        String::new()
    } else {
        format!(", with {}", counted(values, "set of test values", "sets of test values"))
    };
    format!("{what}: {} ({}){with}", imported.file, imported.format.title())
}

fn summary(done: &PromptImports, dry_run: bool) -> String {
    let count = |outcome| done.prompts.iter().filter(|row| row.outcome == outcome).count();
    let losses = done.prompts.iter().map(|row| row.imported.losses.len()).sum();
    let mut text = format!(
        "{} read: {} new, {}, {} unchanged; {}",
        counted(done.prompts.len(), "prompt", "prompts"),
        count(ImportOutcome::New),
        counted(count(ImportOutcome::Version), "version", "versions"),
        count(ImportOutcome::Unchanged),
        counted(losses, "loss", "losses"),
    );
    if !done.unread.is_empty() {
        text.push_str("; ");
        text.push_str(&counted(done.unread.len(), "file", "files"));
        text.push_str(" not read");
    }
    if dry_run {
        text.push_str("; nothing was written");
    }
    text
}
