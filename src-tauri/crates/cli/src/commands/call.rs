//! `call`.

mod answered;
mod request;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use signalbox_api::types::CallNamed;
use signalbox_domain::{Call as Ended, CallId, CallStatus, Decision};
use signalbox_gateway::CallEvent;
use signalbox_providers::ToolCallPiece;

use crate::{
    describe,
    error::{Error, Outcome},
    names::PromptArgument,
    progress::Progress,
    session::Session,
    values::Values,
};

pub(crate) use answered::Answered;

/// Ask a model and print its answer
///
/// The answer goes to standard output. What it cost, who gave it and how far it can be trusted go to standard error; with
/// --json all of it is one object.
#[derive(Debug, Args)]
#[command(after_help = "\
A call that fails says of what class the failure is, what was tried, and what to do. Ctrl-C cancels the call and settles \
what was spent.

Examples:
  signalbox-cli call \"What is a signal box?\"
  signalbox-cli call --model mini --system \"Answer in one word\" \"Is water wet?\"
  signalbox-cli call --prompt support/reply@production --saved \"late parcel\"
  git diff | signalbox-cli call --system \"Write a commit message for this difference\" -
  signalbox-cli call --stream --json \"Count to three\" | jq -j 'select(.kind == \"delta\") | .text'")]
pub(crate) struct Call {
    /// The route that shall serve it [default: default]
    #[arg(long, value_name = "NAME", conflicts_with = "model")]
    route: Option<String>,
    /// The model that shall serve it, without a route
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// A prompt of the workspace; the newest version unless a label or a number is given
    #[arg(long, value_name = "NAME[@LABEL|#N]")]
    prompt: Option<PromptArgument>,
    #[command(flatten)]
    values: Values,
    /// Instructions before the text
    #[arg(long, value_name = "TEXT", conflicts_with = "prompt")]
    system: Option<String>,
    /// What is asked, or `-` for standard input; with --prompt it follows the prompt's own messages
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Print the answer while it comes
    #[arg(long)]
    stream: bool,
    /// The user for whom it is made
    #[arg(long, help_heading = "For whom")]
    user: Option<String>,
    /// The organisation [default: the workspace's]
    #[arg(long, help_heading = "For whom")]
    org: Option<String>,
    /// The project [default: the workspace's]
    #[arg(long, help_heading = "For whom")]
    project: Option<String>,
    /// The longest answer, in tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "How to answer")]
    max_tokens: Option<u32>,
    /// Randomness, 0 to 2
    #[arg(long, value_name = "X", value_parser = temperature, help_heading = "How to answer")]
    temperature: Option<f64>,
    /// A file with the JSON Schema that the answer should follow
    #[arg(long, value_name = "FILE", help_heading = "How to answer")]
    schema: Option<PathBuf>,
}

fn temperature(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=2.0).contains(number));
    number.ok_or_else(|| "it must be a number from 0 to 2".to_owned())
}

/// A line of what happens, for programs.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Began { call_id: CallId },
    Decision { decision: &'a Decision },
    Delta { text: &'a str },
    Reasoning { text: &'a str },
    ToolCall { piece: Piece<'a> },
    Answer(&'a Answered),
}

/// A piece of a tool call.
#[derive(Serialize)]
struct Piece<'a> {
    index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

pub(crate) async fn run(session: &Session, asked: Call) -> Outcome {
    let stream = asked.stream;
    let request = session.until_interrupted(Box::pin(request::of(session, asked))).await?;
    let waiting = (!stream).then(|| Progress::wait(session.output, format!("asking {}", request.target.name())));
    let mut call = session.core.call_watched(request);
    if stream && session.output.is_json() {
        line(session, &Line::Began { call_id: call.id() })?;
    }
    let mut ended = None;
    let mut printed = Printed::default();
    let mut cancelled = false;
    loop {
        let event = tokio::select! {
            biased;
            event = call.next() => event,
            () = session.interrupt.asked(), if !cancelled => {
                cancelled = true;
                call.cancel();
                continue;
            }
        };
        match event {
            None => break,
            Some(CallEvent::Ended(call)) => ended = Some(*call),
            Some(event) if stream => printed.show(session, &event)?,
            Some(_) => {}
        }
    }
    drop(waiting);
    let ended = ended.ok_or_else(|| Error::failure("internal", "the call ended without saying how"))?;
    finish(session, &ended, stream.then_some(printed)).await
}

/// What a stream has printed so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    answer: bool,
    ends_a_line: bool,
}

impl Printed {
    /// Prints a piece of an answer.
    fn delta(&mut self, session: &Session, text: &str) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        self.answer = true;
        self.ends_a_line = text.ends_with('\n');
        session.output.piece(text)
    }

    fn show(&mut self, session: &Session, event: &CallEvent) -> Outcome {
        let is_json = session.output.is_json();
        match event {
            CallEvent::Delta { text, .. } if !is_json => self.delta(session, text),
            CallEvent::Delta { text, .. } => line(session, &Line::Delta { text }),
            CallEvent::Decided(decision) if is_json => line(session, &Line::Decision { decision }),
            CallEvent::Reasoning(text) if is_json => line(session, &Line::Reasoning { text }),
            CallEvent::ToolCall(ToolCallPiece { index, id, name, arguments, .. }) if is_json => {
                let piece = Piece { index: *index, id: id.as_deref(), name: name.as_deref(), arguments };
                line(session, &Line::ToolCall { piece })
            }
            _ => Ok(()),
        }
    }
}

fn line(session: &Session, line: &Line<'_>) -> Outcome {
    session.output.line(line)
}

/// Prints how a call has ended. `printed` says what of its answer is there already.
pub(crate) async fn finish(session: &Session, call: &Ended, printed: Option<Printed>) -> Outcome {
    let output = session.output;
    if let Some(printed) = &printed
        && printed.answer
        && !printed.ends_a_line
    {
        output.piece("\n")?;
    }
    if session.interrupt.is_asked() && call.status != CallStatus::Done {
        output.note(|style| describe::summary(call, style));
        return Err(session.interrupt.error());
    }
    if let Some(failure) = &call.failure {
        return Err(Error::of_call(call, failure));
    }
    if call.status != CallStatus::Done {
        return Err(Error::failure(call.status.as_str(), format!("the call was {}", call.status.as_str())));
    }
    let detail = session.core.call_get(CallNamed { call: call.id }).await?;
    let answered = Answered::new(call, detail);
    match printed {
        Some(_) if output.is_json() => line(session, &Line::Answer(&answered))?,
        Some(_) => answered.tool_calls_as_text().map_or(Ok(()), |text| output.piece(&text))?,
        None => output.show(&answered, |answered, _| answered.text())?,
    }
    output.note(|style| answered::notes(call, style));
    Ok(())
}
