//! `prompt lint`.

mod meant;
mod placed;

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;
use signalbox_api::types::{Preview, PreviewRequest};
use signalbox_domain::Signal;
use signalbox_prompts::{Part, SavedValues, Severity, Source};

pub(super) use self::placed::{Finding, Region};
use self::{
    meant::{Meant, Text},
    placed::Places,
};
use super::sarif;
use crate::{
    error::{Error, Exit, Outcome},
    output::Style,
    progress::Progress,
    session::Session,
};

/// The most saved test values of a prompt with which its length is looked at.
const MOST_SETS: usize = 20;

/// Check prompts for mistakes
#[derive(Debug, Args)]
#[command(after_help = "\
Each text is checked together with its prompt's saved test values. It ends with 1 when there is an error; warnings and \
hints don't count unless --deny says so.

Examples:
  signalbox-cli prompt lint
  signalbox-cli prompt lint support/reply search/rewrite@production
  signalbox-cli prompt lint prompts/support/reply/3.prompty --deny warnings
  signalbox-cli prompt lint --all --format sarif > prompts.sarif")]
pub(crate) struct Lint {
    /// Prompts, the newest version unless a label or a number is given; or files, `-` for standard input
    #[arg(value_name = "NAME[@LABEL|#N]|FILE", conflicts_with = "all")]
    meant: Vec<Meant>,
    /// Every prompt, as without a name
    #[arg(long)]
    all: bool,
    /// What it ends with 1 for beside errors
    #[arg(long, value_enum, value_name = "LEVEL")]
    deny: Option<Deny>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON value, as --json
    Json,
    /// SARIF 2.1.0, which code hosts and editors read
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings too
    Warnings,
    /// Warnings and hints too
    Hints,
}

/// What is wrong with one text, and where in its file.
#[derive(Debug, Serialize)]
pub(super) struct Linted {
    /// The prompt; none for a file that belongs to none.
    pub(super) prompt: Option<String>,
    pub(super) version: Option<u32>,
    /// The file: from the workspace's folder for a version, as it was given otherwise.
    pub(super) file: String,
    pub(super) findings: Vec<Finding>,
}

impl Lint {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let meant = if self.meant.is_empty() { Meant::all(session).await? } else { self.meant };
        let mut linted = Vec::new();
        let progress = Progress::count(session.output, meant.len());
        for one in meant {
            progress.step(&one.to_string());
            linted.push(lint(session, one.read(session).await?).await?);
        }
        drop(progress);
        let shown = json!({ "prompts": linted });
        match self.format {
            Format::Sarif => session.output.piece(&sarif::text(&linted)?)?,
            Format::Json => session.output.piece(&format!("{shown:#}\n"))?,
            Format::Text => session.output.show(&shown, |_, style| text(&linted, style))?,
        }
        let worst_allowed = match self.deny {
            None => Severity::Warning,
            Some(Deny::Warnings) => Severity::Hint,
            Some(Deny::Hints) => return ended(linted.iter().any(|one| !one.findings.is_empty())),
        };
        // What is worse comes first.
        ended(linted.iter().flat_map(|one| &one.findings).any(|found| found.severity < worst_allowed))
    }
}

fn ended(is_bad: bool) -> Outcome {
    if is_bad { Err(Error::Found(Exit::Failure)) } else { Ok(()) }
}

async fn lint(session: &Session, text: Text) -> Outcome<Linted> {
    let Text { prompt, version, file, source, saved, frozen, problem } = text;
    let mut linted = Linted { prompt, version, file, findings: Vec::new() };
    let unusable = problem.map(|problem| Finding::of_file("unusable", problem));
    let Some(source) = source else {
        linted.findings.extend(unusable);
        return Ok(linted);
    };
    let places = Places::of(&source);
    let found = diagnostics(session, &source, &saved, linted.prompt.as_deref(), frozen).await?;
    linted.findings.extend(found.into_iter().map(|found| places.finding(found)));
    // Lint says where the problem of the front matter is; what it doesn't see is told without a place.
    if linted.findings.iter().all(|found| found.severity != Severity::Error) {
        linted.findings.extend(unusable);
    }
    linted.findings.sort_by_key(|found| (found.region.start_line, found.region.start_column));
    Ok(linted)
}

/// What lint says of a text, and whether it is too long with any of its test values.
async fn diagnostics(
    session: &Session,
    source: &Source,
    saved: &[SavedValues],
    prompt: Option<&str>,
    frozen: bool,
) -> Outcome<Vec<signalbox_prompts::Diagnostic>> {
    let ask = async |values| {
        let (source, saved, prompt) = (source.clone(), saved.to_vec(), prompt.map(str::to_owned));
        let request = PreviewRequest { source, values, saved, prompt, frozen };
        let preview: Preview = session.core.prompt_preview(request).await?;
        Outcome::Ok(preview.diagnostics)
    };
    let mut sets = saved.iter().take(MOST_SETS);
    let mut found = ask(sets.next().map(|set| set.values.clone()).unwrap_or_default()).await?;
    for set in sets {
        if found.iter().any(|said| said.code == "context-window") {
            break;
        }
        let more = ask(set.values.clone()).await?;
        found.extend(more.into_iter().filter(|said| said.code == "context-window" && said.part == Part::Body));
    }
    Ok(found)
}

fn text(linted: &[Linted], style: Style) -> String {
    let mut lines = Vec::new();
    for one in linted {
        for found in &one.findings {
            let (signal, word) = match found.severity {
                Severity::Error => (Signal::Stop, "error"),
                Severity::Warning => (Signal::Caution, "warning"),
                Severity::Hint => (Signal::Plain, "hint"),
            };
            let fix = found.fix.as_ref().map(|fix| format!(" (fix: {})", fix.title)).unwrap_or_default();
            lines.push(format!(
                "{}:{}:{}: {} {}: {}{fix}",
                one.file,
                found.region.start_line,
                found.region.start_column,
                style.signal(signal, word),
                found.code,
                found.message
            ));
        }
    }
    let count =
        |severity| linted.iter().flat_map(|one| &one.findings).filter(|found| found.severity == severity).count();
    let checked = counted(linted.len(), "prompt");
    let (errors, warnings) = (counted(count(Severity::Error), "error"), counted(count(Severity::Warning), "warning"));
    lines.push(format!("{checked} checked: {errors}, {warnings}, {}", counted(count(Severity::Hint), "hint")));
    lines.join("\n")
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
