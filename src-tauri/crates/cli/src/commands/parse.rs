//! `parse`.

mod batch;
mod taste;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use signalbox_api::{AnswerReader, ParseOptions, types::AnswerParsed};
use signalbox_domain::Signal;

use self::taste::Taste;
use crate::{
    error::{Error, Exit, Outcome},
    input,
    output::{Output, Paint, Style},
};

/// Read what a model answered as the value that was asked for
///
/// Valid JSON that follows the schema is never changed. Everything else is found in what stands around it, mended, made
/// to follow the schema at the least cost, and validated. What was done is said on standard error, with its place.
#[derive(Debug, Args)]
#[command(after_help = "\
A batch prints a line for each line that it reads, in their order: {\"id\",\"ok\",\"value\",\"repairs\",\"error\",\
\"confidence\",\"truncated\"}. A line that is no row gets an error of its own, and the batch goes on. It ends with 0 when \
every line got its answer, good or bad; a single answer without a value ends with 1.

Matters of taste, the first value being what is done otherwise:
  around       anything, nothing
  several      last, first, refuse
  duplicates   last, first, refuse
  missing      null, leave
  cut_number   keep, leave
  non_finite   null, text
  leading_zero text, number
  percent      by_schema, points, fraction
  rounding     refuse, nearest
  hopeless     mend, refuse
  truncated    report, refuse
  finish       unknown, stopped, cut
  max_bytes, max_depth  a number

Examples:
  signalbox-cli parse --schema invoice.schema.json answer.txt
  pbpaste | signalbox-cli parse --schema invoice.schema.json - --json
  signalbox-cli parse --schema invoice.schema.json --set truncated=refuse answer.txt
  signalbox-cli parse --batch rows.jsonl > values.jsonl")]
pub(crate) struct Parse {
    /// The answer; `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    file: Option<PathBuf>,
    /// A file with the JSON Schema that the answer should follow; without one any JSON will do
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Read many answers: {"id","input","schema"} on each line, --schema where a line has none; `-` for standard input
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
    /// Take the text for one JSON document with nothing around it
    #[arg(long)]
    document: bool,
    /// Decide a matter of taste; may be given more than once
    #[arg(long = "set", value_name = "NAME=VALUE")]
    tastes: Vec<Taste>,
}

impl Parse {
    pub(crate) async fn run(self, output: Output) -> Outcome {
        let usual = if self.document { ParseOptions::document() } else { ParseOptions::default() };
        let options = taste::decided(usual, &self.tastes)?;
        let twice = |other: &Option<PathBuf>| other.as_deref() == Some(Path::new("-"));
        if twice(&self.schema) && (twice(&self.file) || twice(&self.batch)) {
            return Err(Error::misuse("standard input can't hold both the schema and the answer")
                .hint("Put the schema into a file"));
        }
        let schema = match &self.schema {
            Some(path) => Some(input::schema_of(path).await?),
            None => None,
        };
        if let Some(rows) = self.batch {
            return batch::run(output, rows, schema, options).await;
        }
        let file = self.file.unwrap_or_else(|| PathBuf::from("-"));
        let text = input::long_text_of(&file, options.max_bytes).await?;
        one(output, text, schema, options).await
    }
}

/// Reads one answer and says what was done to it.
async fn one(output: Output, text: String, schema: Option<Value>, options: ParseOptions) -> Outcome {
    let read = tokio::task::spawn_blocking(move || {
        let reader = AnswerReader::new(schema.as_ref())?;
        Outcome::Ok(reader.read(&text, &options))
    });
    let read =
        read.await.map_err(|error| Error::failure("internal", format!("reading ended abnormally: {error}")))??;
    if output.is_json() {
        output.show(&read, |_, _| String::new())?;
        return if read.ok { Ok(()) } else { Err(Error::Found(Exit::Failure)) };
    }
    output.note(|style| log(&read, style));
    if let Some(error) = read.error {
        return Err(refused(&error));
    }
    output.show(&read.value, |value, _| format!("{value:#}"))
}

/// What was done, a line each.
fn log(read: &AnswerParsed, style: Style) -> String {
    let mut lines: Vec<String> = Vec::new();
    for repair in &read.repairs {
        let place = if repair.path.is_empty() { "the whole" } else { &repair.path };
        let name = style.paint(Paint::Dim, &format!("({}, {})", repair.what, repair.cost));
        lines.push(format!("{place}: {} {name}", repair.note));
    }
    if read.truncated {
        lines.push(style.signal(Signal::Caution, "cut off: the answer ends before the value does"));
    }
    if read.ok && !lines.is_empty() {
        lines.push(format!("confidence {:.2}", read.confidence));
    }
    lines.join("\n")
}

fn refused(error: &signalbox_api::types::AnswerError) -> Error {
    let hint = match error.kind.as_str() {
        "invalid" => Some("Ask again for what is named here; --json has the nearest value".to_owned()),
        _ => None,
    };
    Error::failure(&format!("answer_{}", error.kind), error.message.clone()).hint_if(hint)
}
