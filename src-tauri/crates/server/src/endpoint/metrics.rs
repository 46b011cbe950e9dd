//! Figures of the calls as text for collectors, in the form of `OpenMetrics`.

use std::fmt::{Display, Write};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use signalbox_api::{Core, Counts, DURATIONS, Histogram, ModelCounts};
use signalbox_domain::{Money, Protocol};

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const NANOS_PER_DOLLAR: u64 = 1_000_000_000;

/// The figures as they are now.
pub(super) fn response(core: &Core) -> Response {
    let (running, held) = core.under_way();
    let mut response = Response::new(Body::from(text(&core.counts(), running, held)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(FORMAT));
    response
}

/// The figures as text.
fn text(counts: &Counts, running: usize, held: Money) -> String {
    let mut page = Page::default();
    page.family("signalbox_calls", "counter", "Calls that have ended.");
    for (counted, count) in &counts.calls {
        let labels = [
            ("status", counted.status.as_str()),
            ("model", &counted.model),
            ("provider", &counted.provider),
            ("protocol", counted.protocol.map_or("", Protocol::as_str)),
        ];
        page.sample("signalbox_calls_total", &labels, count);
    }
    page.family(
        "signalbox_tokens",
        "counter",
        "Tokens as providers counted them; cached ones are input too, and thoughts output.",
    );
    for model in &counts.models {
        let usage = &model.usage;
        for (kind, count) in [
            ("input", usage.input),
            ("cached_input", usage.cached_input),
            ("output", usage.output),
            ("reasoning", usage.reasoning),
        ] {
            page.sample("signalbox_tokens_total", &[of(model)[0], of(model)[1], ("kind", kind)], count);
        }
    }
    page.family("signalbox_cost_usd", "counter", "What calls have cost, in US dollars.");
    for model in &counts.models {
        page.sample("signalbox_cost_usd_total", &of(model), dollars(model.nanos));
    }
    page.family("signalbox_call_duration_seconds", "histogram", "How long calls took.");
    for model in &counts.models {
        page.histogram("signalbox_call_duration_seconds", &of(model), &model.durations);
    }
    page.family("signalbox_first_token_seconds", "histogram", "How long the first pieces of answers took.");
    for model in &counts.models {
        page.histogram("signalbox_first_token_seconds", &of(model), &model.first_pieces);
    }
    page.family("signalbox_attempts", "counter", "Tries upstream by how they ended.");
    for (tried, count) in &counts.attempts {
        let labels = [("model", tried.model.as_str()), ("provider", &tried.provider), ("end", tried.end)];
        page.sample("signalbox_attempts_total", &labels, count);
    }
    page.family("signalbox_fallbacks", "counter", "Tries that were made because an earlier candidate had failed.");
    page.sample("signalbox_fallbacks_total", &[], counts.fallbacks);
    page.family(
        "signalbox_cache_hits",
        "counter",
        "Kept answers that were served: fresh, or stale because the chain had failed.",
    );
    page.sample("signalbox_cache_hits_total", &[("age", "fresh")], counts.cache_hits);
    page.sample("signalbox_cache_hits_total", &[("age", "stale")], counts.cache_stale);
    page.family("signalbox_running_calls", "gauge", "Calls under way.");
    page.sample("signalbox_running_calls", &[], running);
    page.family("signalbox_held_usd", "gauge", "Money that is held for calls under way, in US dollars.");
    page.sample("signalbox_held_usd", &[], dollars(u64::try_from(held.nanos()).unwrap_or(0)));
    page.text + "# EOF\n"
}

fn of(model: &ModelCounts) -> [(&'static str, &str); 2] {
    [("model", &model.model), ("provider", &model.provider)]
}

/// An amount in whole and decimal dollars, exactly.
fn dollars(nanos: u64) -> String {
    format!("{}.{:09}", nanos / NANOS_PER_DOLLAR, nanos % NANOS_PER_DOLLAR)
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.text, "# TYPE {name} {kind}\n# HELP {name} {help}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(name);
        for (place, (label, value)) in labels.iter().enumerate() {
            let _ = write!(self.text, "{}{label}=\"", if place == 0 { '{' } else { ',' });
            for letter in value.chars() {
                match letter {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    letter => self.text.push(letter),
                }
            }
            self.text.push('"');
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{close} {value}");
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram) {
        let (bucket, mut count) = (format!("{name}_bucket"), 0);
        let bounds = DURATIONS.iter().map(|bound| format!("{bound:?}")).chain(["+Inf".to_owned()]);
        for (bound, more) in bounds.zip(histogram.buckets) {
            count += more;
            let labels: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            self.sample(&bucket, &labels, count);
        }
        let seconds = histogram.sum_ms as f64 / 1000.0;
        self.sample(&format!("{name}_sum"), labels, seconds);
        self.sample(&format!("{name}_count"), labels, count);
    }
}
