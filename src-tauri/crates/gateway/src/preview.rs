//! What another limit would have done to the calls of the last week.
//!
//! The calls that were admitted are admitted again, in their order and with what they had held and used, by the budget as
//! it would be. One that is refused spends nothing, so that those after it have more room. Calls that were refused in
//! truth aren't counted: nobody knows what they would have used.
//!
//! A call counts as made cheaper where its account had passed `degrade_at`, and where it didn't fit as it was while what
//! it really used would have: its answer would have been clamped to what fits, or a cheaper tier would have given it. How
//! much cheaper nobody knows, so it counts with what it used in truth. A judge's call is never made cheaper.

use std::collections::{BinaryHeap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use signalbox_domain::{Amounts, CallId, Money, Unit};
use signalbox_store::{LedgerEntry, Span, StoreError, View};
use signalbox_workspace::config::{Budget, DegradeStep};

use crate::{Gateway, period_span};

/// How far is looked back.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a budget would have done in the last week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The calls that it covers.
    pub calls: u32,
    /// Those of them that it would have refused.
    pub refused: u32,
    /// Those of them that it would have made cheaper.
    pub degraded: u32,
    /// The accounts that would have been refused something.
    pub accounts: u32,
    /// When it would have refused the first.
    pub first: Option<Timestamp>,
    /// What the refused calls have used.
    pub spared: Amounts,
}

impl Gateway {
    /// What a budget would have refused or made cheaper in the last week.
    pub async fn preview(&self, budget: Budget) -> Result<Preview, StoreError> {
        let (zone, now) = (self.settings().zone.clone(), self.clock.now());
        self.store.read(move |view| preview(view, &budget, &zone, now)).await
    }
}

/// How an account stands while the week is gone through again.
struct Account {
    period: Span,
    settled: i64,
    held: i64,
}

/// A call under way: when it is settled, which it is, its place among the entries, and what is held for it.
type Underway = std::cmp::Reverse<(Timestamp, CallId, usize, i64)>;

/// What a budget would have said to a call.
enum Said {
    /// It is admitted with so much.
    Yes(i64),
    /// It is made cheaper, and admitted with so much.
    Cheaper(i64),
    No,
}

fn preview(view: &View<'_>, budget: &Budget, zone: &TimeZone, now: Timestamp) -> Result<Preview, StoreError> {
    let start = now.checked_sub(WEEK).unwrap_or(Timestamp::MIN);
    let mut entries = Vec::new();
    for mut entry in view.ledger(Span { start, end: Timestamp::MAX })? {
        if let Some(account) = budget.scope.account(&entry.payer) {
            // What was under way when the week began is taken as admitted then; a row of before knows no hold.
            entry.admitted_at = entry.admitted_at.clamp(start, entry.at.max(start));
            entries.push((account, entry));
        }
    }
    entries.sort_by_key(|(_, entry)| entry.admitted_at);
    let mut found = Preview { calls: u32::try_from(entries.len()).unwrap_or(u32::MAX), ..Preview::default() };
    let judged = view.judged(start)?;
    let (mut accounts, mut refused) = (HashMap::<&str, Account>::new(), HashSet::new());
    let mut underway: BinaryHeap<Underway> = BinaryHeap::new();
    for (index, (account, entry)) in entries.iter().enumerate() {
        while let Some(std::cmp::Reverse((at, _, other, held))) =
            underway.peek().copied().filter(|next| next.0.0 <= entry.admitted_at)
        {
            underway.pop();
            if let Some((name, ended)) = entries.get(other) {
                let used = ended.charged().of(budget.limit.unit);
                stand(view, &mut accounts, budget, zone, name, at, start)?.settle(held, used);
            }
        }
        let state = stand(view, &mut accounts, budget, zone, account, entry.admitted_at, start)?;
        let held = match state.ask(budget, entry, judged.contains(&entry.call)) {
            Said::No => {
                found.refused += 1;
                found.first.get_or_insert(entry.admitted_at);
                found.spared += entry.charged();
                refused.insert(account.as_str());
                continue;
            }
            Said::Cheaper(held) => {
                found.degraded += 1;
                held
            }
            Said::Yes(held) => held,
        };
        state.held = state.held.saturating_add(held);
        underway.push(std::cmp::Reverse((entry.at, entry.call, index, held)));
    }
    found.accounts = u32::try_from(refused.len()).unwrap_or(u32::MAX);
    Ok(found)
}

/// What a call had to be admitted with: what it had held, or what it has used where that isn't known.
fn needed(entry: &LedgerEntry) -> Amounts {
    let charged = entry.charged();
    let or = |held: i64, charged: i64| if held > 0 { held } else { charged };
    Amounts {
        money: Money::from_nanos(or(entry.held.money.nanos(), charged.money.nanos())),
        tokens: or(entry.held.tokens, charged.tokens),
        requests: 1,
    }
}

/// The account as it stands at a moment, with a new period begun where the one before has ended.
fn stand<'m, 'e>(
    view: &View<'_>,
    accounts: &'m mut HashMap<&'e str, Account>,
    budget: &Budget,
    zone: &TimeZone,
    name: &'e str,
    at: Timestamp,
    start: Timestamp,
) -> Result<&'m mut Account, StoreError> {
    let state = match accounts.entry(name) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => {
            let period = period_span(budget.period, at, zone);
            // What the period had seen before the week began.
            let before = Span { start: period.start, end: start.max(period.start) };
            let settled = view.account_settled(name, before)?.of(budget.limit.unit);
            new.insert(Account { period, settled, held: 0 })
        }
    };
    if at >= state.period.end {
        state.period = period_span(budget.period, at, zone);
        state.settled = 0;
    }
    Ok(state)
}

impl Account {
    fn ask(&self, budget: &Budget, entry: &LedgerEntry, judge: bool) -> Said {
        let (unit, limit) = (budget.limit.unit, budget.limit.amount);
        let (needed, charged) = (needed(entry).of(unit), entry.charged().of(unit));
        let used = self.settled.saturating_add(self.held);
        let steps = if judge { &[] } else { budget.degrade.as_slice() };
        let over = limit == 0 || used as f64 >= limit as f64 * budget.degrade_at;
        if needed == 0 || used.saturating_add(needed) <= limit {
            return if over && !steps.is_empty() { Said::Cheaper(needed) } else { Said::Yes(needed) };
        }
        // A kept answer can't be counted on: it isn't known what was asked before.
        let shrinks = steps.iter().any(|step| *step != DegradeStep::CacheFirst) && unit != Unit::Requests;
        let room = limit.saturating_sub(used);
        if shrinks && charged <= room { Said::Cheaper(room) } else { Said::No }
    }

    fn settle(&mut self, held: i64, used: i64) {
        self.held = self.held.saturating_sub(held);
        self.settled = self.settled.saturating_add(used);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::{Payer, Settlement, SettlementKind};
    use signalbox_store::Store;
    use signalbox_workspace::config::Period;

    use super::*;

    /// A call of a user: when it was admitted and settled, what it held and used, in dollars.
    fn entry(number: u8, user: &str, admitted: &str, settled: &str, held: i64, used: i64) -> LedgerEntry {
        let dollars = |whole: i64| Money::from_nanos(whole * 1_000_000_000);
        let admitted_at: Timestamp = admitted.parse().unwrap();
        LedgerEntry {
            call: CallId::new(admitted_at, [number; 10]),
            at: settled.parse().unwrap(),
            admitted_at,
            payer: Payer { user: Some(user.into()), project: "p".into(), ..Payer::default() },
            model: None,
            settlement: Settlement::new(dollars(used), SettlementKind::Exact),
            tokens: 0,
            held: Amounts { money: dollars(held), tokens: 0, requests: 1 },
        }
    }

    #[tokio::test]
    async fn the_last_week_is_admitted_again_with_what_it_held_and_used() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let at = |time: &str| format!("2026-11-{time}:00Z");
        let rows = [
            // Too long ago to count, but not for what a month has seen.
            entry(0, "ann", &at("02T10:00"), &at("02T10:00"), 9, 6),
            entry(1, "ann", &at("20T10:00"), &at("20T10:01"), 4, 1),
            // Under way together: the second has no room beside the first's hold.
            entry(2, "ann", &at("21T10:00"), &at("21T10:05"), 4, 1),
            entry(3, "ann", &at("21T10:01"), &at("21T10:02"), 4, 2),
            entry(4, "ann", &at("21T10:06"), &at("21T10:07"), 4, 1),
            entry(5, "bob", &at("21T10:06"), &at("21T10:07"), 4, 1),
            // It spans midnight.
            entry(6, "ann", &at("21T23:59"), &at("22T00:01"), 3, 3),
            entry(7, "ann", &at("22T00:02"), &at("22T00:03"), 3, 3),
        ];
        store.write(move |tx| rows.iter().try_for_each(|row| tx.ledger_add(row))).await.unwrap();
        let now: Timestamp = at("22T12:00").parse().unwrap();
        for (scope, period, limit, calls, refused, accounts, spared) in [
            ("user:*", Period::Day, "$5", 7, 2, 1, 5),
            ("user:*", Period::Day, "$9", 7, 0, 0, 0),
            ("user:bob", Period::Day, "$3", 1, 1, 1, 1),
            ("user:*", Period::Month, "$10", 7, 4, 1, 7),
            ("user:*", Period::Day, "2 requests", 7, 2, 1, 4),
            ("org:*", Period::Day, "$0", 0, 0, 0, 0),
        ] {
            let budget = Budget { scope: scope.parse().unwrap(), period, ..Budget::new("new", limit.parse().unwrap()) };
            let found = store.read(move |view| preview(view, &budget, &TimeZone::UTC, now)).await.unwrap();
            let money = Money::from_nanos(spared * 1_000_000_000);
            assert_eq!(
                (found.calls, found.refused, found.accounts, found.spared.money),
                (calls, refused, accounts, money),
                "{scope} {limit} a {}: {found:?}",
                period.as_str()
            );
            assert_eq!(found.first.is_some(), refused > 0);
        }
    }

    #[tokio::test]
    async fn what_the_policy_would_have_made_cheaper_is_counted_and_counts_with_what_it_used() {
        use DegradeStep::{CacheFirst, CheaperTier, ClampOutput};
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let at = |time: &str| format!("2026-11-22T{time}:00Z");
        let rows = [
            entry(1, "ann", &at("10:00"), &at("10:01"), 4, 3),
            entry(2, "ann", &at("10:02"), &at("10:03"), 4, 2),
            entry(3, "ann", &at("10:04"), &at("10:05"), 4, 3),
            // It holds more than there is room for, and uses less.
            entry(4, "ann", &at("10:06"), &at("10:07"), 4, 1),
            entry(5, "ann", &at("10:08"), &at("10:09"), 4, 2),
        ];
        store.write(move |tx| rows.iter().try_for_each(|row| tx.ledger_add(row))).await.unwrap();
        let now: Timestamp = at("12:00").parse().unwrap();
        for (degrade, degrade_at, limit, refused, degraded) in [
            (vec![], 0.5, "$10", 2, 0),
            // Half is used after two calls: the third and the fourth are cheaper, and the fifth uses more than is left.
            (vec![ClampOutput], 0.5, "$10", 1, 2),
            (vec![CheaperTier], 1.0, "$10", 1, 1),
            (vec![CacheFirst], 0.5, "$12", 1, 1),
            (vec![ClampOutput], 0.5, "4 requests", 1, 2),
            (vec![ClampOutput], 1.0, "$100", 0, 0),
        ] {
            let budget = Budget {
                scope: "user:*".parse().unwrap(),
                degrade: degrade.clone(),
                degrade_at,
                ..Budget::new("new", limit.parse().unwrap())
            };
            let found = store.read(move |view| preview(view, &budget, &TimeZone::UTC, now)).await.unwrap();
            assert_eq!((found.refused, found.degraded), (refused, degraded), "{degrade:?} at {degrade_at} of {limit}");
        }
    }
}
