//! `prompt lint`.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Map, json};
use signalbox_api::types::{Empty, Preview, PreviewRequest, PromptNamed};
use signalbox_domain::Signal;
use signalbox_prompts::{Diagnostic, Part, PromptName, Severity, Source};

use super::sarif;
use crate::{
    error::{Error, Exit, Outcome},
    names,
    output::Style,
    progress::Progress,
    session::Session,
};

/// Check prompts for mistakes
#[derive(Debug, Args)]
#[command(after_help = "\
The newest version of each prompt is checked, together with its saved test values. It ends with 1 when there is an error; \
warnings and hints don't count.

Examples:
  signalbox-cli prompt lint
  signalbox-cli prompt lint support/reply search/rewrite
  signalbox-cli prompt lint all --format sarif > prompts.sarif")]
pub(crate) struct Lint {
    /// The prompts, or `all` [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
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

/// What is wrong with one version, and where in its file.
#[derive(Debug, Serialize)]
pub(super) struct Linted {
    pub(super) prompt: String,
    pub(super) version: u32,
    /// The file, from the workspace's folder.
    pub(super) file: String,
    pub(super) findings: Vec<Finding>,
}

/// Something wrong or worth knowing.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// The line in the file, from 1.
    pub(super) line: u32,
    /// The column in code points, from 1.
    pub(super) column: u32,
    pub(super) severity: Severity,
    pub(super) code: String,
    pub(super) message: String,
    /// What would solve it.
    pub(super) fix: Option<String>,
}

impl Lint {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let mut linted = Vec::new();
        let names = self.wanted(session).await?;
        let progress = Progress::count(session.output, names.len());
        for name in names {
            progress.step(&name);
            linted.push(lint(session, name).await?);
        }
        drop(progress);
        let shown = json!({ "prompts": linted });
        match self.format {
            Format::Sarif => session.output.piece(&sarif::text(&linted)?)?,
            Format::Json => session.output.piece(&format!("{shown:#}\n"))?,
            Format::Text => session.output.show(&shown, |_, style| text(&linted, style))?,
        }
        let has_error = linted.iter().flat_map(|one| &one.findings).any(|found| found.severity == Severity::Error);
        if has_error { Err(Error::Found(Exit::Failure)) } else { Ok(()) }
    }

    /// The prompts that are meant.
    async fn wanted(&self, session: &Session) -> Outcome<Vec<String>> {
        if self.names.is_empty() || self.names.iter().any(|name| name == "all") {
            let prompts = session.core.prompt_list(Empty {}).await?.prompts;
            return Ok(prompts.into_iter().map(|row| row.summary.name.to_string()).collect());
        }
        for name in &self.names {
            PromptName::new(name).map_err(|error| Error::misuse(error.to_string()))?;
        }
        Ok(self.names.clone())
    }
}

async fn lint(session: &Session, name: String) -> Outcome<Linted> {
    let detail = match session.core.prompt_get(PromptNamed { name: name.clone() }).await {
        Ok(detail) => detail,
        Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
    };
    let version = detail.prompt.summary.latest.unwrap_or_default();
    let mut linted =
        Linted { file: format!("prompts/{name}/{version}.prompty"), prompt: name, version, findings: Vec::new() };
    let unusable = detail.prompt.summary.problem.map(|problem| Finding {
        line: 1,
        column: 1,
        severity: Severity::Error,
        code: "unusable".to_owned(),
        message: problem,
        fix: None,
    });
    let Some(source) = detail.latest else {
        linted.findings.extend(unusable);
        return Ok(linted);
    };
    let request = PreviewRequest {
        source: source.clone(),
        values: Map::new(),
        saved: detail.prompt.values,
        prompt: Some(linted.prompt.clone()),
        frozen: true,
    };
    let preview: Preview = session.core.prompt_preview(request).await?;
    linted.findings.extend(preview.diagnostics.into_iter().map(|found| placed(&source, found)));
    // Lint says where the problem of the front matter is; what it doesn't see is told without a place.
    if linted.findings.iter().all(|found| found.severity != Severity::Error) {
        linted.findings.extend(unusable);
    }
    linted.findings.sort_by_key(|found| (found.line, found.column));
    Ok(linted)
}

/// A diagnostic with its place in the file, where the head stands between two fences.
fn placed(source: &Source, found: Diagnostic) -> Finding {
    let before = match (found.part, source.head.is_empty()) {
        (Part::Head, _) => 1,
        (Part::Body, true) => 0,
        (Part::Body, false) => source.head.lines().count() as u32 + 2,
    };
    let Diagnostic { line, column, severity, code, message, fix, .. } = found;
    Finding { line: before + line, column, severity, code, message, fix: fix.map(|fix| fix.title) }
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
            let fix = found.fix.as_ref().map(|fix| format!(" (fix: {fix})")).unwrap_or_default();
            lines.push(format!(
                "{}:{}:{}: {} {}: {}{fix}",
                one.file,
                found.line,
                found.column,
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
