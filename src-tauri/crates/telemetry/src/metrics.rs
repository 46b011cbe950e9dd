//! From finished calls to figures. They count from the beginning of the program, as collectors expect by default, so that
//! a lost report is made good by the next.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::Origin;

use crate::{
    Finished,
    otlp::{Attributes, nanos, resource, scope},
    semconv,
    traces::{dollars, seconds, settled},
};

/// How many series of one figure are kept apart; further ones become one.
const MOST_SERIES: usize = 2_000;
/// The figures count from the beginning, not since the last report.
const CUMULATIVE: u32 = 2;

/// What tells one series from another.
type Labels = Vec<(&'static str, String)>;

/// All figures so far.
#[derive(Debug)]
pub(crate) struct Metrics {
    began: Timestamp,
    durations: BTreeMap<Labels, Histogram>,
    tokens: BTreeMap<Labels, Histogram>,
    calls: BTreeMap<Labels, u64>,
    fallbacks: BTreeMap<Labels, u64>,
    cost: BTreeMap<Labels, f64>,
}

impl Metrics {
    pub(crate) fn new(began: Timestamp) -> Self {
        Self {
            began,
            durations: BTreeMap::new(),
            tokens: BTreeMap::new(),
            calls: BTreeMap::new(),
            fallbacks: BTreeMap::new(),
            cost: BTreeMap::new(),
        }
    }

    /// Counts one call.
    pub(crate) fn add(&mut self, finished: &Finished) {
        let call = &finished.call;
        // What nobody has asked a model for must not pass for traffic.
        let mut marks: Labels = Vec::new();
        if call.simulated {
            marks.push((semconv::SIMULATED, true.to_string()));
        }
        if let Origin::Drill { .. } = call.origin {
            marks.push((semconv::ORIGIN, call.origin.as_str().to_owned()));
        }
        let mut labels: Labels = vec![(semconv::OPERATION, semconv::operation(call.role).to_owned())];
        labels.extend(marks.iter().cloned());
        if let Some(served) = &call.served {
            let kind = finished.kinds.get(&served.provider).copied();
            labels.push((semconv::PROVIDER, semconv::provider(kind, &served.provider)));
            labels.push((semconv::REQUEST_MODEL, served.model.clone()));
            labels.extend(served.reported.clone().map(|model| (semconv::RESPONSE_MODEL, model)));
        }
        if let Some(usage) = call.usage {
            for (word, count) in [("input", usage.input), ("output", usage.output)] {
                let labels = with(&labels, semconv::TOKEN_TYPE, word);
                series(&mut self.tokens, labels).add(semconv::TOKEN_BUCKETS, count as f64);
            }
        }
        if let Some(settlement) = call.settlement {
            let labels = with(&labels, semconv::SETTLEMENT, settled(settlement.kind));
            *series(&mut self.cost, labels) += dollars(settlement.amount.nanos().max(0));
        }
        if let Some(failure) = &call.failure {
            labels.push((semconv::ERROR_TYPE, semconv::error_type(&failure.class)));
        }
        if let Some(ms) = call.total_ms {
            series(&mut self.durations, labels).add(semconv::DURATION_BUCKETS, seconds(ms));
        }
        let status = with(&marks, semconv::CALL_STATUS, call.status.as_str());
        *series(&mut self.calls, status) += 1;
        let fallbacks = finished.decisions.iter().filter(|d| d.cause == signalbox_domain::Cause::Fallback).count();
        if fallbacks > 0 {
            let route = with(&marks, semconv::ROUTE, call.target.name());
            *series(&mut self.fallbacks, route) += fallbacks as u64;
        }
    }

    /// The body for `/v1/metrics`.
    pub(crate) fn request(&self, now: Timestamp, lost: u64) -> Value {
        let durations = self.histogram(now, &self.durations, semconv::DURATION_BUCKETS);
        let tokens = self.histogram(now, &self.tokens, semconv::TOKEN_BUCKETS);
        let whole = |count: &u64| json!({ "asInt": count.to_string() });
        let lost = BTreeMap::from([(Labels::new(), lost)]);
        let metrics: Vec<Value> = [
            (semconv::OPERATION_DURATION, "s", durations),
            (semconv::TOKEN_USAGE, "{token}", tokens),
            (semconv::CALLS, "{call}", self.sum(now, &self.calls, whole)),
            (semconv::FALLBACKS, "{fallback}", self.sum(now, &self.fallbacks, whole)),
            (semconv::COST, "{USD}", self.sum(now, &self.cost, |dollars| json!({ "asDouble": dollars }))),
            (semconv::LOST, "{call}", self.sum(now, &lost, whole)),
        ]
        .into_iter()
        .filter_map(|(name, unit, data)| {
            let (kind, data) = data?;
            Some(json!({ "name": name, "unit": unit, kind: data }))
        })
        .collect();
        json!({
            "resourceMetrics": [{
                "resource": resource(),
                "scopeMetrics": [{ "scope": scope(), "metrics": metrics, "schemaUrl": semconv::SCHEMA_URL }],
                "schemaUrl": semconv::SCHEMA_URL,
            }],
        })
    }

    fn histogram(
        &self,
        now: Timestamp,
        all: &BTreeMap<Labels, Histogram>,
        bounds: &[f64],
    ) -> Option<(&'static str, Value)> {
        let points: Vec<Value> = all
            .iter()
            .map(|(labels, histogram)| {
                let mut point = self.point(now, labels);
                let buckets: Vec<String> = histogram.buckets.iter().map(u64::to_string).collect();
                point["count"] = histogram.count.to_string().into();
                point["sum"] = histogram.sum.into();
                point["bucketCounts"] = buckets.into();
                point["explicitBounds"] = bounds.into();
                point["min"] = histogram.least.into();
                point["max"] = histogram.most.into();
                point
            })
            .collect();
        let data = json!({ "dataPoints": points, "aggregationTemporality": CUMULATIVE });
        (!points.is_empty()).then_some(("histogram", data))
    }

    fn sum<T>(
        &self,
        now: Timestamp,
        all: &BTreeMap<Labels, T>,
        value: impl Fn(&T) -> Value,
    ) -> Option<(&'static str, Value)> {
        let points: Vec<Value> = all
            .iter()
            .map(|(labels, total)| {
                let mut point = self.point(now, labels);
                for (name, value) in value(total).as_object().into_iter().flatten() {
                    point[name] = value.clone();
                }
                point
            })
            .collect();
        let data = json!({ "dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": true });
        (!points.is_empty()).then_some(("sum", data))
    }

    fn point(&self, now: Timestamp, labels: &Labels) -> Value {
        let attributes = labels.iter().fold(Attributes::default(), |all, (name, value)| match *name {
            semconv::OVERFLOW | semconv::SIMULATED => all.with(name, true),
            _ => all.with(name, value.as_str()),
        });
        json!({
            "attributes": attributes.json(),
            "startTimeUnixNano": nanos(self.began),
            "timeUnixNano": nanos(now.max(self.began)),
        })
    }
}

/// The series with these labels, or the common one of those that are too many.
fn series<T: Default>(all: &mut BTreeMap<Labels, T>, labels: Labels) -> &mut T {
    let full = all.len() >= MOST_SERIES && !all.contains_key(&labels);
    all.entry(if full { vec![(semconv::OVERFLOW, String::new())] } else { labels }).or_default()
}

fn with(labels: &Labels, name: &'static str, value: &str) -> Labels {
    let mut labels = labels.clone();
    labels.push((name, value.to_owned()));
    labels
}

/// Values counted by their size.
#[derive(Debug, Default)]
struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: f64,
    least: f64,
    most: f64,
}

impl Histogram {
    fn add(&mut self, bounds: &[f64], value: f64) {
        self.buckets.resize(bounds.len() + 1, 0);
        // A value that equals a bound is counted below it.
        let place = bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        self.least = if self.count == 0 { value } else { self.least.min(value) };
        self.most = self.most.max(value);
        self.count += 1;
        self.sum += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CANARY, finished, now};

    #[test]
    fn a_call_with_a_fallback_becomes_figures() {
        let mut metrics = Metrics::new(now());
        metrics.add(&finished());
        let sent = metrics.request(now(), 3);
        assert!(!sent.to_string().contains(CANARY), "{sent}");
        insta::assert_json_snapshot!(sent);
    }

    #[test]
    fn what_is_simulated_and_what_is_a_drill_has_series_of_its_own() {
        let mut metrics = Metrics::new(now());
        let mut drilled = finished();
        drilled.call.simulated = true;
        drilled.call.origin = Origin::Drill { name: "outage".into() };
        for call in [&drilled, &finished()] {
            metrics.add(call);
        }
        let sent = metrics.request(now(), 0);
        for metric in sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().into_iter().flatten() {
            if metric["name"] == semconv::LOST {
                continue;
            }
            let points = metric["sum"]["dataPoints"].as_array().or(metric["histogram"]["dataPoints"].as_array());
            let marked = points.into_iter().flatten().filter(|point| point.to_string().contains("\"drill\"")).count();
            assert_eq!(marked * 2, points.map_or(0, Vec::len), "{metric}");
            assert!(marked > 0 && metric.to_string().contains(semconv::SIMULATED), "{metric}");
        }
    }

    #[test]
    fn values_are_counted_below_the_bound_that_they_equal() {
        let mut histogram = Histogram::default();
        for value in [0.0, 1.0, 1.5, 2.0, 9.0] {
            histogram.add(&[1.0, 2.0], value);
        }
        assert_eq!((histogram.buckets.as_slice(), histogram.count), (&[2, 2, 1][..], 5));
        assert_eq!(
            (histogram.least, histogram.most, histogram.sum).partial_cmp(&(0.0, 9.0, 13.5)),
            Some(std::cmp::Ordering::Equal)
        );
    }

    #[test]
    fn series_without_end_become_one_at_last() {
        let mut metrics = Metrics::new(now());
        for number in 0..MOST_SERIES + 500 {
            let mut call = finished();
            if let Some(served) = &mut call.call.served {
                served.reported = Some(format!("model-{number}"));
            }
            metrics.add(&call);
        }
        assert_eq!(metrics.durations.len(), MOST_SERIES + 1);
        assert_eq!(metrics.durations.values().map(|histogram| histogram.count).sum::<u64>(), MOST_SERIES as u64 + 500);
        assert!(metrics.request(now(), 0).to_string().contains(semconv::OVERFLOW));
    }
}
