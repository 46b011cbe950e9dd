//! `log show`.

use signalbox_api::types::CallDetail;
use signalbox_domain::{Origin, Signal, Target};

use crate::{
    describe,
    output::{Paint, Style},
};

/// A call with its texts, attempts and decisions.
pub(super) fn text(detail: &CallDetail, style: Style) -> String {
    let call = &detail.call;
    let target = match &call.target {
        Target::Route(name) => format!("route {name}"),
        Target::Model(name) => format!("model {name}"),
    };
    let origin = match &call.origin {
        Origin::App => "the window".to_owned(),
        Origin::Endpoint { protocol } => format!("the endpoint ({})", protocol.as_str()),
        Origin::CommandLine => "the command line".to_owned(),
        Origin::Drill { name } => format!("the drill {name}"),
        Origin::Replay { of } => format!("call {of}, sent again"),
    };
    let status = describe::status(call.status, style);
    let mut lines = vec![
        format!("{status} · {} · {target} · from {origin} · {}", call.role.as_str(), call.started_at),
        describe::summary(call, style),
    ];
    if let Some(prompt) = &call.prompt {
        let version = prompt.version.map_or("draft".to_owned(), |version| format!("#{version}"));
        lines.push(format!("prompt {} {version}, hash {}", prompt.name, prompt.hash.short()));
    }
    if let Some(failure) = &call.failure {
        lines.push(style.signal(Signal::Stop, &format!("{}: {}", failure.class.as_str(), failure.message)));
        lines.extend(failure.hint.iter().map(|hint| format!("{} {hint}", style.paint(Paint::Bold, "hint:"))));
    }
    let heading = |text: &str| format!("\n{}", style.paint(Paint::Bold, text));
    for message in &detail.messages {
        lines.push(heading(message.role.as_str()));
        lines.push(message.content.text().trim_end().to_owned());
    }
    if !detail.answer.is_empty() {
        lines.push(heading("answer"));
        lines.push(detail.answer.trim_end().to_owned());
    }
    for tool in detail.reply.iter().flat_map(|reply| &reply.tool_calls) {
        lines.push(heading(&format!("asks for the tool {}", tool.name)));
        lines.push(tool.arguments.clone());
    }
    if detail.texts_removed {
        lines.push("\nSome of its texts were removed, because they are older than the log keeps them".to_owned());
    }
    if !call.attempts.is_empty() {
        lines.push(heading("attempts"));
        lines.extend(call.attempts.iter().map(|attempt| describe::attempt(attempt, style)));
    }
    lines.push(heading("decisions"));
    lines.extend(detail.decisions.iter().map(|decision| {
        let after = decision.at.duration_since(call.started_at).as_millis();
        describe::decision(decision, i64::try_from(after).unwrap_or(i64::MAX), style)
    }));
    lines.join("\n")
}
