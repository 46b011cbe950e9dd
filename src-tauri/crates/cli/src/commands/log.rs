//! `log`.

mod filter;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use signalbox_api::types::{CallExport, CallFacets, CallListRequest, CallNamed, CallPage, Empty, Event, ExportFormat};
use signalbox_domain::{Call, CallId, CallStatus};

use crate::{
    commands::call,
    describe,
    error::{Error, Outcome},
    follow, input,
    output::Table,
    session::Session,
};

/// Search, read, export and repeat past calls
#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// List calls, newest first
    #[command(after_help = "\
All conditions hold together; one that is given several times asks for any of its values.

Examples:
  signalbox-cli log list
  signalbox-cli log list --status failed --status refused --since 2d
  signalbox-cli log list --prompt support/reply --search '\"late parcel\"'
  signalbox-cli log list --min-cost 0.01 --json | jq '.calls[].id'")]
    List(Box<List>),
    /// Show one call with its texts, attempts and decisions
    #[command(after_help = "\
Examples:
  signalbox-cli log show 019a7c7e-4f2b-7a31-9d0e-3f5b6c7d8e9f")]
    Show(Named),
    /// Print one call as JSON, or as a shell command that sends the same bytes again, without the key
    #[command(after_help = "\
Examples:
  signalbox-cli log export 019a7c7e-4f2b-7a31-9d0e-3f5b6c7d8e9f --format json > call.json
  signalbox-cli log export 019a7c7e-4f2b-7a31-9d0e-3f5b6c7d8e9f --format curl --attempt 2")]
    Export(Export),
    /// Send the conversation of a call again, to the same target
    #[command(after_help = "\
Examples:
  signalbox-cli log replay 019a7c7e-4f2b-7a31-9d0e-3f5b6c7d8e9f")]
    Replay(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The call
    #[arg(value_name = "ID", value_parser = call_id)]
    call: CallId,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filter: filter::Filter,
    /// How many, at most 200
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200), help_heading = "Pages")]
    limit: u32,
    /// Only calls older than this one: the next page
    #[arg(long, value_name = "ID", value_parser = call_id, help_heading = "Pages")]
    before: Option<CallId>,
    /// Only calls newer than this one: the page before
    #[arg(long, value_name = "ID", value_parser = call_id, conflicts_with = "before", help_heading = "Pages")]
    after: Option<CallId>,
    /// Count all that are meant
    #[arg(long, help_heading = "Pages")]
    count: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The call
    #[arg(value_name = "ID", value_parser = call_id)]
    call: CallId,
    /// The form
    #[arg(long, value_enum)]
    format: Form,
    /// Which attempt a shell command sends again, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    attempt: u32,
    /// Write it into this file instead, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Json,
    Curl,
}

fn call_id(text: &str) -> Result<CallId, String> {
    text.parse().map_err(|_| "it isn't the identifier of a call; signalbox-cli log list shows them".to_owned())
}

pub(crate) async fn run(session: &Session, asked: Log) -> Outcome {
    match asked {
        Log::List(asked) => list(session, *asked).await,
        Log::Show(Named { call }) => {
            let detail = session.core.call_get(CallNamed { call }).await?;
            session.output.show(&detail, show::text)
        }
        Log::Export(asked) => export(session, asked).await,
        Log::Replay(asked) => replay(session, asked).await,
    }
}

async fn list(session: &Session, asked: List) -> Outcome {
    let List { filter, limit, before, after, count } = asked;
    let filter = filter.read(session).await?;
    let given = filter.clone();
    let request =
        CallListRequest { before, after, limit, prompt: None, filter: Some(filter), count: count.then_some(true) };
    let page: CallPage = session.core.call_list(request).await?;
    session.output.show(&page, |page, style| {
        let mut table = Table::new(&["CALL", "BEGAN", "STATUS", "PROMPT", "TARGET", "MODEL", "COST", "TOOK"]);
        for call in &page.calls {
            table.row([
                call.id.to_string(),
                call.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
                describe::status(call.status, style),
                prompt(call),
                call.target.name().to_owned(),
                call.served.as_ref().map(|served| served.model.clone()).unwrap_or_default(),
                describe::cost(call),
                call.total_ms.map(describe::duration).unwrap_or_default(),
            ]);
        }
        table.text(style, "No call is meant by this")
    })?;
    if page.calls.is_empty() {
        let facets: CallFacets = session.core.call_facets(Empty {}).await?;
        for hint in filter::unknown(&given, &facets) {
            session.output.note(|_| hint);
        }
    }
    session.output.note(|_| {
        let older = page.older.map(|id| format!("Older calls: --before {id}"));
        let newer = page.newer.map(|id| format!("Newer calls: --after {id}"));
        let total =
            page.total.map(|total| format!("{}{} calls", if total.more { "more than " } else { "" }, total.count));
        total.into_iter().chain(older).chain(newer).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn prompt(call: &Call) -> String {
    let Some(prompt) = &call.prompt else { return String::new() };
    match prompt.version {
        Some(version) => format!("{} #{version}", prompt.name),
        None => format!("{} draft", prompt.name),
    }
}

async fn export(session: &Session, asked: Export) -> Outcome {
    let Export { call, format, attempt, out } = asked;
    let format = match format {
        Form::Json => ExportFormat::Json,
        Form::Curl => ExportFormat::Curl { attempt },
    };
    let exported = session.core.call_export(CallExport { call, format }).await?;
    match out {
        None if format == ExportFormat::Json => session.output.piece(&format!("{}\n", exported.text)),
        None => session.output.show(&exported, |exported, _| exported.text.clone()),
        Some(path) => {
            input::write_new(&path, exported.text)?;
            session.output.note(|_| format!("Written to {}", path.display()));
            Ok(())
        }
    }
}

/// Sends the conversation of a call again and prints what becomes of it.
pub(crate) async fn replay(session: &Session, asked: Named) -> Outcome {
    let mut ended: Vec<Call> = Vec::new();
    let start = session.core.call_replay(CallNamed { call: asked.call });
    let started = follow::until_ended(
        session,
        start,
        |started| vec![started.call],
        |event| {
            if let Event::Call { call } = event
                && call.status != CallStatus::Running
            {
                ended.push((**call).clone());
            }
            Ok(())
        },
    );
    let result = started.await;
    let last = ended.pop();
    match (result, last) {
        (Ok(started), last) => {
            let call = ended.into_iter().chain(last).find(|call| call.id == started.call);
            let call = call.ok_or_else(|| Error::failure("internal", "the call ended without saying how"))?;
            call::finish(session, &call, None).await
        }
        (Err(error), Some(last)) => {
            session.output.note(|style| describe::summary(&last, style));
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}
