//! How an account of a budget got to where it stands: what it used on each of the last days, and what had been used by
//! when in this period.

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use signalbox_store::{Span, StoreError, View};
use signalbox_workspace::config::Period;
use ts_rs::TS;

use crate::{BudgetUse, day_span, usage::spans};

/// How far a limit in all is looked back on: what was used before is in its first point.
const DAYS_OF_TOTAL: i64 = 90;

/// What had been used by some moment of a period, in the limit's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoursePoint {
    /// The moment.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Used by then.
    #[ts(type = "number")]
    pub settled: i64,
}

/// What an account used on each of the last days, the oldest first and today last, in the limit's unit.
pub fn trend(
    view: &View<'_>,
    used: &BudgetUse,
    days: u32,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let of = |(_, span)| Ok(view.account_settled(&used.account, span)?.of(used.unit()));
    spans(now, days, zone).into_iter().map(of).collect()
}

/// What an account had used at each midnight of its period, or at each hour of its day, and what it has used now.
pub fn course(
    view: &View<'_>,
    used: &BudgetUse,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<CoursePoint>, StoreError> {
    let start = match used.budget.period {
        Period::Total => now.checked_sub(SignedDuration::from_hours(24 * DAYS_OF_TOTAL)).unwrap_or(used.span.start),
        Period::Day | Period::Week | Period::Month => used.span.start,
    };
    let mut points = Vec::new();
    let mut at = if used.budget.period == Period::Total { day_span(start, zone).start } else { start };
    while at < now {
        let settled = view.account_settled(&used.account, Span { start: used.span.start, end: at })?.of(used.unit());
        points.push(CoursePoint { at, settled });
        let next = match used.budget.period {
            Period::Day => at.checked_add(1.hour()).ok(),
            Period::Week | Period::Month | Period::Total => Some(day_span(at, zone).end),
        };
        // A clock at the end of time makes no further step.
        let Some(next) = next.filter(|next| *next > at) else { break };
        at = next;
    }
    points.push(CoursePoint { at: now, settled: used.settled() });
    Ok(points)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::{Amounts, CallId, Money, Payer, Settlement, SettlementKind};
    use signalbox_store::{LedgerEntry, Store};
    use signalbox_workspace::config::Budget;

    use super::*;

    #[tokio::test]
    async fn the_course_rises_by_hours_of_a_day_and_by_days_of_a_longer_period() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let entry = |number: u8, at: &str, dollars: i64| {
            let at: Timestamp = at.parse().unwrap();
            LedgerEntry {
                call: CallId::new(at, [number; 10]),
                at,
                admitted_at: at,
                payer: Payer { project: "p".into(), ..Payer::default() },
                model: None,
                settlement: Settlement::new(Money::from_nanos(dollars), SettlementKind::Exact),
                tokens: 0,
                held: Amounts::ZERO,
            }
        };
        let rows = [
            entry(1, "2026-10-01T10:00:00Z", 100),
            entry(2, "2026-11-16T10:00:00Z", 20),
            entry(3, "2026-11-17T12:00:00Z", 3),
            entry(4, "2026-11-19T00:10:00Z", 5),
            entry(5, "2026-11-19T02:10:00Z", 7),
        ];
        store.write(move |tx| rows.iter().try_for_each(|row| tx.ledger_add(row))).await.unwrap();
        let now: Timestamp = "2026-11-19T02:30:00Z".parse().unwrap();
        for (period, first, settled) in [
            (Period::Day, "2026-11-19T00:00:00Z", vec![0, 5, 5, 12]),
            (Period::Week, "2026-11-16T00:00:00Z", vec![0, 20, 23, 23, 35]),
        ] {
            let budget = Budget { period, ..Budget::new("b", "$1".parse().unwrap()) };
            let points = store
                .read(move |view| {
                    let used = BudgetUse::read(view, &budget, "project:p".into(), &TimeZone::UTC, now)?;
                    course(view, &used, &TimeZone::UTC, now)
                })
                .await
                .unwrap();
            assert_eq!(points[0].at.to_string(), first);
            assert_eq!(points.iter().map(|point| point.settled).collect::<Vec<_>>(), settled, "{}", period.as_str());
        }
        let budget = Budget { period: Period::Total, ..Budget::new("b", "$1".parse().unwrap()) };
        let (points, days) = store
            .read(move |view| {
                let used = BudgetUse::read(view, &budget, "project:p".into(), &TimeZone::UTC, now)?;
                let points = course(view, &used, &TimeZone::UTC, now)?;
                Ok((points, trend(view, &used, 4, &TimeZone::UTC, now)?))
            })
            .await
            .unwrap();
        assert_eq!((points.len(), points[60].settled, points.last().unwrap().settled), (92, 100, 135));
        assert_eq!(days, [20, 3, 0, 12]);
    }
}
