//! Calls, attempts, decisions and failures in words.

use signalbox_domain::{Attempt, AttemptReason, AttemptState, Badge, Call, CallStatus, Decision, Signal};

use crate::{
    error::Failed,
    output::{Paint, Style},
};

/// A failure: what happened, what was tried, and what to do.
pub(crate) fn failed(failed: &Failed, style: Style) -> String {
    let mut lines = vec![format!("{} {}", style.paint(Paint::Red, "error:"), failed.message)];
    lines.extend(failed.details.iter().flat_map(|causes| causes.lines()).map(|cause| format!("  because {cause}")));
    if let Some(call) = &failed.call {
        if !call.attempts.is_empty() {
            lines.push("tried:".to_owned());
            lines.extend(call.attempts.iter().map(|attempt| format!("  {}", self::attempt(attempt, style))));
        }
        lines.push(format!("class: {}", failed.code.replace('_', " ")));
        if let Some(wait) = call.retry_after_ms {
            lines.push(format!("try again after {}", duration(wait)));
        }
        lines.push(style.paint(Paint::Dim, &format!("call {}", call.call_id)));
    }
    lines.extend(failed.hint.iter().map(|hint| format!("{} {hint}", style.paint(Paint::Bold, "hint:"))));
    lines.join("\n")
}

/// One try upstream, on one line.
pub(crate) fn attempt(attempt: &Attempt, style: Style) -> String {
    let reason = match attempt.reason {
        AttemptReason::First => "",
        AttemptReason::Again => ", once more",
        AttemptReason::OtherKey => ", with another key",
        AttemptReason::Fallback => ", as fallback",
        AttemptReason::Probe => ", to see whether it works again",
        AttemptReason::Reask => ", asked again for what doesn't follow the schema",
        AttemptReason::Escalation => ", as the stronger model",
    };
    let waited =
        if attempt.waited_ms == 0 { String::new() } else { format!(", after {}", duration(attempt.waited_ms)) };
    let (signal, became) = match &attempt.state {
        AttemptState::Waiting => (Signal::Plain, "waiting".to_owned()),
        AttemptState::Streaming => (Signal::Plain, "answering".to_owned()),
        AttemptState::Complete { finish } => (Signal::Clear, format!("complete ({})", finish.as_str())),
        AttemptState::Cancelled => (Signal::Caution, "cancelled".to_owned()),
        AttemptState::Failed { failure } => {
            let status = failure.status.map(|status| format!(" {status}")).unwrap_or_default();
            (Signal::Stop, format!("{}{status}, {}", failure.class.as_str(), failure.message))
        }
    };
    let head = format!("{} {} by {}{reason}{waited}", attempt.number, attempt.model, attempt.provider);
    format!("{head}: {}", style.signal(signal, &became))
}

/// What there is to be said of a call that has ended, on one line.
pub(crate) fn summary(call: &Call, style: Style) -> String {
    let served = call.served.as_ref().map(|served| {
        let simulated = if call.simulated { ", simulated" } else { "" };
        format!("{} by {} ({}{simulated})", served.model, served.provider, served.tier.as_str())
    });
    let tokens = call.usage.map(|usage| format!("{} tokens in, {} out", usage.input, usage.output));
    let parts = [
        served,
        call.cache.as_ref().map(|hit| {
            let stale = if hit.stale { ", older than the route allows" } else { "" };
            format!("from the cache, {} old{stale}", duration(hit.age_ms))
        }),
        tokens,
        Some(cost(call)),
        call.total_ms.map(duration),
        Some(badge(&call.badge, style)),
        call.degraded.then(|| {
            let reason = call.degraded_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            style.signal(Signal::Caution, &format!("degraded{reason}"))
        }),
        Some(style.paint(Paint::Dim, &format!("call {}", call.id))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a call cost, as far as it is known.
pub(crate) fn cost(call: &Call) -> String {
    use signalbox_domain::SettlementKind;
    match call.settlement {
        Some(paid) if paid.kind == SettlementKind::LowerBound => format!("at least {}", paid.amount),
        Some(paid) => paid.amount.to_string(),
        None => "cost unknown".to_owned(),
    }
}

/// What is known about the check of an answer.
pub(crate) fn badge(badge: &Badge, style: Style) -> String {
    match badge {
        Badge::Verified => style.signal(Signal::Clear, "verified"),
        Badge::Failed => style.signal(Signal::Stop, "failed its check"),
        Badge::Unverified { reason } => style.signal(Signal::Dark, &format!("unverified: {reason}")),
    }
}

/// Where a call stands.
pub(crate) fn status(status: CallStatus, style: Style) -> String {
    let signal = match status {
        CallStatus::Running => Signal::Plain,
        CallStatus::Done => Signal::Clear,
        CallStatus::Failed | CallStatus::Refused => Signal::Stop,
        CallStatus::Cancelled | CallStatus::Interrupted => Signal::Caution,
    };
    style.signal(signal, status.as_str())
}

/// A choice, on one line, with the time since `began` in milliseconds.
pub(crate) fn decision(decision: &Decision, after_ms: i64, style: Style) -> String {
    let cause = style.signal(decision.signal, decision.cause.as_str());
    let time = style.paint(Paint::Dim, &format!("{:>9}", format!("+{after_ms} ms")));
    format!("{time}  {:<9}  {cause}: {}", decision.stage.as_str(), decision.detail)
}

/// A length of time as people say it.
pub(crate) fn duration(ms: u64) -> String {
    const SECOND: u64 = 1_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match ms {
        0..SECOND => format!("{ms} ms"),
        SECOND..MINUTE => format!("{:.1} s", ms as f64 / SECOND as f64),
        MINUTE..HOUR => format!("{} min", ms / MINUTE),
        HOUR..DAY => format!("{} h", ms / HOUR),
        _ => format!("{} d", ms / DAY),
    }
}
