//! `prompt list`.

use clap::Args;
use signalbox_api::types::{Empty, PromptList, PromptRow};
use signalbox_domain::Signal;
use signalbox_prompts::LabelPointer;

use crate::{
    error::Outcome,
    output::{Style, Table},
    session::Session,
};

/// List the prompts
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  signalbox-cli prompt list
  signalbox-cli prompt list support")]
pub(crate) struct List {
    /// Only prompts with this in their name, description or labels
    filter: Option<String>,
    /// Those that were put away, instead of the others
    #[arg(long)]
    archived: bool,
}

impl List {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let mut list: PromptList = if self.archived {
            session.core.prompt_archived(Empty {}).await?
        } else {
            session.core.prompt_list(Empty {}).await?
        };
        if let Some(filter) = self.filter.map(|filter| filter.to_lowercase()) {
            list.prompts.retain(|row| matches(row, &filter));
        }
        session.output.show(&list, |list, style| {
            let mut table = Table::new(&["PROMPT", "LATEST", "LABELS", "VARIABLES", "DESCRIPTION"]);
            for prompt in &list.prompts {
                table.row(cells(prompt, style));
            }
            table.text(style, "There are no such prompts")
        })
    }
}

fn matches(row: &PromptRow, filter: &str) -> bool {
    let summary = &row.summary;
    let texts = [summary.name.as_str()].into_iter().chain(summary.description.as_deref());
    texts
        .chain(summary.labels.iter().map(|label| label.label.as_str()))
        .any(|text| text.to_lowercase().contains(filter))
}

fn cells(row: &PromptRow, style: Style) -> [String; 5] {
    let summary = &row.summary;
    let label =
        |to: &LabelPointer| format!("{} #{}{}", to.label, to.version, if to.protected { " (protected)" } else { "" });
    let labels: Vec<String> = summary.labels.iter().map(label).collect();
    let draft = if row.draft_at.is_some() { " and a draft" } else { "" };
    [
        summary.name.to_string(),
        summary.latest.map_or("none".to_owned(), |latest| format!("#{latest}{draft}")),
        labels.join(", "),
        summary.variables.join(", "),
        match &summary.problem {
            Some(problem) => style.signal(Signal::Stop, problem),
            None => summary.description.clone().unwrap_or_default(),
        },
    ]
}
