//! `drill`.

use std::collections::HashMap;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use signalbox_api::types::{DrillNamed, Empty, Event};
use signalbox_domain::{Call, CallId, CallStatus, Decision, Role};

use crate::{
    describe,
    error::{Error, Outcome},
    follow, names,
    output::{Output, Paint},
    session::Session,
};

/// Show what the gateway does when a provider fails
#[derive(Debug, Subcommand)]
pub(crate) enum Drill {
    /// List the drills
    #[command(after_help = "\
Examples:
  signalbox-cli drill list")]
    List,
    /// Run a drill and show every decision as it happens
    #[command(after_help = "\
A drill calls the simulated provider with a schedule of faults. It costs nothing and uses nothing of a budget.

Examples:
  signalbox-cli drill run outage
  signalbox-cli drill run rate-limit-storm --json | jq 'select(.kind == \"decision\") | .decision.cause'")]
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The drill
    name: String,
}

/// A line of what happens, for programs.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Decision { decision: &'a Decision },
    Ended { call: &'a Call },
}

/// The calls of a drill in the order in which they were first heard of.
#[derive(Default)]
struct Seen {
    began: HashMap<CallId, (usize, Timestamp)>,
}

pub(crate) async fn run(session: &Session, asked: Drill) -> Outcome {
    let drills = session.core.drill_list(Empty {}).await?;
    match asked {
        Drill::List => session.output.show(&drills, |list, style| {
            let entries = list.drills.iter().map(|drill| {
                let name = style.paint(Paint::Bold, &drill.name);
                format!("{name}\n  {}", drill.shows)
            });
            entries.collect::<Vec<_>>().join("\n\n")
        }),
        Drill::Run(Run { name }) => {
            let Some(drill) = drills.drills.iter().find(|drill| drill.name == name) else {
                let known = drills.drills.iter().map(|drill| drill.name.as_str());
                return Err(Error::not_found(format!("there is no drill {name:?}")).hint(names::meant(
                    &name,
                    known,
                    "signalbox-cli drill list shows all",
                )));
            };
            session.output.note(|style| format!("{}: {}", style.paint(Paint::Bold, &drill.title), drill.shows));
            let mut seen = Seen::default();
            let start = session.core.drill_run(DrillNamed { name });
            follow::until_ended(
                session,
                start,
                |started| started.calls.clone(),
                |event| seen.show(session.output, event),
            )
            .await
            .map(drop)
        }
    }
}

impl Seen {
    /// The place of a call among those of this drill, and when it was first heard of.
    fn of(&mut self, call: CallId, at: Timestamp) -> (usize, Timestamp) {
        let next = self.began.len() + 1;
        *self.began.entry(call).or_insert((next, at))
    }

    fn show(&mut self, output: Output, event: &Event) -> Outcome {
        match event {
            Event::Decision { decision } => {
                let (place, began) = self.of(decision.call, decision.at);
                let after = decision.at.duration_since(began).as_millis();
                output.show_one_of_many(&Line::Decision { decision }, |_, style| {
                    let line = describe::decision(decision, i64::try_from(after).unwrap_or(i64::MAX), style);
                    format!("{place}  {line}")
                })
            }
            Event::Call { call } if call.status != CallStatus::Running => {
                let (place, _) = self.of(call.id, call.started_at);
                output.show_one_of_many(&Line::Ended { call }, |_, style| {
                    let what =
                        if call.role == Role::Generate { String::new() } else { format!(" ({})", call.role.as_str()) };
                    let failure = call.failure.as_ref().map(|failure| format!(": {}", failure.message));
                    let status = describe::status(call.status, style);
                    let summary = describe::summary(call, style);
                    format!("{place}  {status}{what}{}\n   {summary}", failure.unwrap_or_default())
                })
            }
            _ => Ok(()),
        }
    }
}
