//! `prompt diff`.

use clap::Args;
use signalbox_api::types::{DiffOf, DiffRequest, DiffWhat, PromptNamed};
use signalbox_prompts::{DiffLine, DiffRow, Selector, Version, WordDiff};

use crate::{
    error::{Error, Outcome},
    names::{self, PromptArgument, Side},
    output::{Paint, Style},
    session::Session,
    values::Values,
};

/// How many lines that are the same are shown around those that differ.
const AROUND: usize = 3;

/// Show the words that differ between two versions
#[derive(Debug, Args)]
#[command(after_help = "\
A terminal shows the words in colour; elsewhere they stand in [-…-] and {+…+}. NO_COLOR switches colour off.

Examples:
  signalbox-cli prompt diff support/reply 1 2
  signalbox-cli prompt diff support/reply production draft
  signalbox-cli prompt diff support/reply 1 2 --parameters
  signalbox-cli prompt diff support/reply 1 2 --rendered --saved \"late parcel\"")]
pub(crate) struct Diff {
    /// The prompt
    name: String,
    /// The older side: a number, a label, `latest` or `draft`
    #[arg(value_name = "A")]
    left: Side,
    /// The newer side
    #[arg(value_name = "B")]
    right: Side,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    values: Values,
}

/// What of the two sides is compared; the template if nothing is said.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own, and at most one of them is given")]
struct What {
    /// Compare what a model would be sent
    #[arg(long)]
    rendered: bool,
    /// Compare the front matter as it is written
    #[arg(long)]
    head: bool,
    /// Compare how the model should answer, however it is written
    #[arg(long)]
    parameters: bool,
    /// Compare the schema of the answer, and the tools with theirs
    #[arg(long)]
    schema: bool,
}

impl What {
    fn asked(self) -> DiffWhat {
        match self {
            Self { rendered: true, .. } => DiffWhat::Rendered,
            Self { head: true, .. } => DiffWhat::Head,
            Self { parameters: true, .. } => DiffWhat::Parameters,
            Self { schema: true, .. } => DiffWhat::Schema,
            _ => DiffWhat::Template,
        }
    }
}

impl Diff {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let Self { name, left, right, what, values } = self;
        let what = what.asked();
        if what != DiffWhat::Rendered && !values.is_empty() {
            return Err(
                Error::misuse("values were given, and nothing that is rendered with them").hint("Add --rendered")
            );
        }
        let (left, before) = side(session, &name, left).await?;
        let (right, after) = side(session, &name, right).await?;
        // Both sides get the same values, read by what the newer one says of its variables.
        let latest = match &after {
            Some(version) => version.clone(),
            None => version(session, &name, Selector::Latest).await?,
        };
        let values = values.of(session, &latest).await?;
        let heads = [&before, &after].map(|side| match side {
            Some(version) => format!("{name} #{}", version.info.number),
            None => format!("{name} draft"),
        });
        let request = DiffRequest { name, left, right, what, values };
        let diff = session.core.prompt_diff(request).await?.diff;
        session.output.show(&diff, |diff, style| text(&heads, diff, style))
    }
}

/// One side, and its version when it isn't the draft.
async fn side(session: &Session, name: &str, side: Side) -> Outcome<(DiffOf, Option<Version>)> {
    match side {
        Side::Version(selector) => {
            let version = version(session, name, selector).await?;
            Ok((DiffOf::Version { number: version.info.number }, Some(version)))
        }
        Side::Draft => {
            let detail = match session.core.prompt_get(PromptNamed { name: name.to_owned() }).await {
                Ok(detail) => detail,
                Err(error) => return Err(names::no_prompt(&session.core, name, error).await),
            };
            let draft = detail.draft.ok_or_else(|| Error::not_found(format!("{name} has no draft")))?;
            Ok((DiffOf::Text { source: draft.source }, None))
        }
    }
}

async fn version(session: &Session, name: &str, selector: Selector) -> Outcome<Version> {
    names::version(&session.core, &PromptArgument { name: name.to_owned(), selector }).await
}

fn text(heads: &[String; 2], diff: &WordDiff, style: Style) -> String {
    if diff.rows.iter().all(|row| !row.changed) {
        return format!("{} and {} are the same", heads[0], heads[1]);
    }
    let mut lines = vec![
        style.paint(Paint::Bold, &format!("--- {}", heads[0])),
        style.paint(Paint::Bold, &format!("+++ {}", heads[1])),
    ];
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        diff.rows.iter().skip(from).take(at - from + AROUND + 1).any(|row| row.changed)
    };
    let mut left_out = false;
    for (at, row) in diff.rows.iter().enumerate() {
        if near(at) {
            lines.extend(row_lines(row, style));
        } else if !left_out {
            lines.push(style.paint(Paint::Dim, "  …"));
        }
        left_out = !near(at);
    }
    lines
        .push(style.paint(Paint::Dim, &format!("{} words added, {} removed", diff.inserted_words, diff.deleted_words)));
    lines.join("\n")
}

fn row_lines(row: &DiffRow, style: Style) -> Vec<String> {
    if !row.changed {
        return row
            .right
            .iter()
            .chain(&row.left)
            .take(1)
            .map(|line| format!("  {}", plain(line)).trim_end().to_owned())
            .collect();
    }
    // A line that stands alone is new or gone as a whole, which its first character says.
    let alone = row.left.is_none() || row.right.is_none();
    let side = |line: &Option<DiffLine>, paint, mark: &str, around: (&str, &str)| {
        let line = line.as_ref()?;
        let words = if alone { style.paint(paint, &plain(line)) } else { marked(line, paint, around, style) };
        Some(format!("{} {words}", style.paint(paint, mark)).trim_end().to_owned())
    };
    let left = side(&row.left, Paint::Red, "-", ("[-", "-]"));
    let right = side(&row.right, Paint::Green, "+", ("{+", "+}"));
    left.into_iter().chain(right).collect()
}

fn plain(line: &DiffLine) -> String {
    line.spans.iter().map(|span| span.text.as_str()).collect()
}

fn marked(line: &DiffLine, paint: Paint, (begin, end): (&str, &str), style: Style) -> String {
    let spans = line.spans.iter().map(|span| match (span.changed, style.is_coloured()) {
        (false, _) => span.text.clone(),
        (true, true) => style.paint(paint, &span.text),
        (true, false) => format!("{begin}{}{end}", span.text),
    });
    spans.collect()
}
