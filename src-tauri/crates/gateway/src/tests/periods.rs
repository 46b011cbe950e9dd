//! In which period what is used counts. Every row is a story of one account, told by a clock that is passed in.

use jiff::{Timestamp, tz::TimeZone};
use signalbox_domain::{Amounts, CallId, Money, Payer, Role, Settlement, SettlementKind};
use signalbox_store::{Hold, LedgerEntry, Owner, Presence, Store};
use signalbox_workspace::config::{Budget, Period};

use crate::{
    BudgetUse,
    admission::{Ask, Verdict, admit},
    entropy,
};

/// What happens at a moment. Amounts are dollars.
enum Step {
    /// A call is admitted and settled in full.
    Spend(i64),
    /// A call of so much is refused.
    Refused(i64),
    /// A call is admitted and goes on.
    Hold(i64),
    /// The oldest call under way is settled.
    Settle(i64),
    /// So much is settled and held in the period.
    Used(i64, i64),
    /// The limit becomes another.
    Limit(i64),
    /// The workspace's time zone becomes another.
    Zone(&'static str),
}

use Step::{Hold as Held, Limit, Refused, Settle, Spend, Used, Zone};

struct Story {
    store: Store,
    owner: Owner,
    budget: Budget,
    zone: TimeZone,
    underway: Vec<(CallId, Amounts, Timestamp)>,
}

const ACCOUNT: &str = "user:ann";

fn dollars(whole: i64) -> Amounts {
    Amounts { money: Money::from_nanos(whole * 1_000_000_000), tokens: 0, requests: 1 }
}

fn payer() -> Payer {
    Payer { user: Some("ann".into()), project: "p".into(), ..Payer::default() }
}

impl Story {
    async fn ask(&mut self, now: Timestamp, amount: i64) -> bool {
        let call = CallId::new(now, entropy());
        let hold = Hold {
            call,
            owner: self.owner,
            payer: payer(),
            amounts: dollars(amount),
            first: signalbox_store::Unheard::default(),
            expires_at: Timestamp::MAX,
        };
        let (budgets, zone) = (vec![(self.budget.clone(), ACCOUNT.to_owned())], self.zone.clone());
        let ask = Ask {
            role: Role::Generate,
            hold,
            reserve: Amounts::ZERO,
            taken: Vec::new(),
            exhausted: Vec::new(),
            kept: None,
        };
        let verdict = self.store.write(move |tx| admit(tx, &budgets, &zone, ask, now)).await.unwrap().0;
        let admitted = matches!(verdict, Verdict::Admitted { .. });
        if admitted {
            self.underway.push((call, dollars(amount), now));
        }
        admitted
    }

    /// Settles a call under way, counted from the oldest.
    async fn settle(&mut self, now: Timestamp, which: usize, amount: i64) {
        let (call, held, admitted_at) = self.underway.remove(which);
        let entry = LedgerEntry {
            call,
            at: now,
            admitted_at,
            payer: payer(),
            model: None,
            settlement: Settlement::new(dollars(amount).money, SettlementKind::Exact),
            tokens: 0,
            held,
        };
        self.store
            .write(move |tx| {
                tx.ledger_add(&entry)?;
                tx.hold_remove(call)
            })
            .await
            .unwrap();
    }

    async fn take(&mut self, at: &str, step: &Step) {
        let now: Timestamp = at.parse().unwrap();
        match *step {
            Spend(amount) => {
                assert!(self.ask(now, amount).await, "${amount} is admitted at {at}");
                self.settle(now, self.underway.len() - 1, amount).await;
            }
            Refused(amount) => assert!(!self.ask(now, amount).await, "${amount} is refused at {at}"),
            Held(amount) => assert!(self.ask(now, amount).await, "${amount} is admitted at {at}"),
            Settle(amount) => self.settle(now, 0, amount).await,
            Used(settled, held) => {
                let (budget, zone) = (self.budget.clone(), self.zone.clone());
                let read =
                    move |view: &signalbox_store::View<'_>| BudgetUse::read(view, &budget, ACCOUNT.into(), &zone, now);
                let used = self.store.read(read).await.unwrap();
                let whole = |amount: i64| dollars(amount).money.nanos();
                assert_eq!((used.settled(), used.held()), (whole(settled), whole(held)), "used at {at}");
            }
            Limit(amount) => self.budget.limit.amount = dollars(amount).money.nanos(),
            Zone(name) => self.zone = TimeZone::get(name).unwrap(),
        }
    }
}

async fn check(name: &str, period: Period, zone: &str, steps: &[(&str, Step)]) {
    let home = tempfile::tempdir().unwrap();
    let presence = Presence::announce(home.path()).unwrap();
    let mut story = Story {
        store: Store::open(home.path()).unwrap().store,
        owner: presence.owner(),
        budget: Budget { period, ..Budget::new(name, "$5".parse().unwrap()) },
        zone: TimeZone::get(zone).unwrap(),
        underway: Vec::new(),
    };
    for (at, step) in steps {
        story.take(at, step).await;
    }
}

#[tokio::test]
async fn every_period_begins_where_it_should() {
    check(
        "a day in Berlin",
        Period::Day,
        "Europe/Berlin",
        &[
            ("2026-11-22T22:59:59Z", Spend(5)),
            ("2026-11-22T22:59:59Z", Refused(1)),
            ("2026-11-22T23:00:00Z", Used(0, 0)),
            ("2026-11-22T23:00:00Z", Spend(5)),
            ("2026-11-23T22:59:59Z", Refused(1)),
        ],
    )
    .await;
    check(
        "a day of 23 hours",
        Period::Day,
        "Europe/Berlin",
        &[("2026-03-28T23:00:00Z", Spend(5)), ("2026-03-29T21:59:59Z", Refused(1)), ("2026-03-29T22:00:00Z", Spend(5))],
    )
    .await;
    check(
        "a day of 25 hours",
        Period::Day,
        "Europe/Berlin",
        &[("2026-10-24T22:00:00Z", Spend(5)), ("2026-10-25T22:30:00Z", Refused(1)), ("2026-10-25T23:00:00Z", Spend(5))],
    )
    .await;
    check(
        "forty-five minutes past",
        Period::Day,
        "Asia/Kathmandu",
        &[("2026-11-22T18:14:59Z", Spend(5)), ("2026-11-22T18:15:00Z", Spend(5)), ("2026-11-23T18:14:59Z", Refused(1))],
    )
    .await;
    check(
        "half an hour past",
        Period::Week,
        "Asia/Kolkata",
        &[
            ("2026-11-22T18:29:59Z", Spend(5)),
            ("2026-11-22T18:30:00Z", Spend(5)),
            ("2026-11-29T18:29:59Z", Refused(1)),
            ("2026-11-29T18:30:00Z", Spend(1)),
        ],
    )
    .await;
    check(
        "a month",
        Period::Month,
        "UTC",
        &[("2026-02-01T00:00:00Z", Spend(3)), ("2026-02-28T23:59:59Z", Refused(3)), ("2026-03-01T00:00:00Z", Spend(5))],
    )
    .await;
    check("in all", Period::Total, "UTC", &[("2020-01-01T00:00:00Z", Spend(5)), ("2030-01-01T00:00:00Z", Refused(1))])
        .await;
}

#[tokio::test]
async fn a_call_that_spans_midnight_is_held_in_both_days_and_paid_in_the_second() {
    check(
        "midnight",
        Period::Day,
        "UTC",
        &[
            ("2026-11-22T23:59:00Z", Held(4)),
            ("2026-11-22T23:59:30Z", Refused(2)),
            ("2026-11-23T00:00:00Z", Used(0, 4)),
            ("2026-11-23T00:00:10Z", Refused(2)),
            ("2026-11-23T00:00:20Z", Spend(1)),
            ("2026-11-23T00:00:30Z", Settle(4)),
            ("2026-11-23T00:00:40Z", Used(5, 0)),
            ("2026-11-23T23:59:59Z", Refused(1)),
            ("2026-11-22T23:59:59Z", Used(5, 0)),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_limit_that_is_edited_holds_for_the_next_call() {
    check(
        "edited",
        Period::Day,
        "UTC",
        &[
            ("2026-11-22T10:00:00Z", Spend(3)),
            ("2026-11-22T10:00:00Z", Held(2)),
            ("2026-11-22T10:01:00Z", Limit(4)),
            ("2026-11-22T10:01:00Z", Refused(1)),
            // What was admitted before goes on.
            ("2026-11-22T10:02:00Z", Settle(2)),
            ("2026-11-22T10:02:00Z", Used(5, 0)),
            ("2026-11-22T10:03:00Z", Limit(7)),
            ("2026-11-22T10:03:00Z", Spend(2)),
            ("2026-11-22T10:03:00Z", Refused(1)),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_never_unspends() {
    check(
        "an hour back",
        Period::Day,
        "UTC",
        &[
            ("2026-11-22T10:00:00Z", Spend(3)),
            ("2026-11-22T09:00:00Z", Used(3, 0)),
            ("2026-11-22T09:00:00Z", Spend(2)),
            ("2026-11-22T09:00:01Z", Refused(1)),
            ("2026-11-22T10:00:00Z", Used(5, 0)),
        ],
    )
    .await;
    check(
        "into yesterday",
        Period::Day,
        "UTC",
        &[
            ("2026-11-22T12:00:00Z", Spend(1)),
            ("2026-11-23T00:30:00Z", Spend(3)),
            ("2026-11-22T23:30:00Z", Used(4, 0)),
            ("2026-11-22T23:30:00Z", Refused(2)),
            ("2026-11-22T23:30:00Z", Spend(1)),
            // Today never sees less than before.
            ("2026-11-23T00:40:00Z", Used(3, 0)),
            ("2026-11-23T00:40:00Z", Spend(2)),
            ("2026-11-23T00:40:00Z", Refused(1)),
        ],
    )
    .await;
}

#[tokio::test]
async fn another_time_zone_counts_the_same_spending_by_its_own_days() {
    check(
        "moved",
        Period::Day,
        "UTC",
        &[
            ("2026-11-22T12:00:00Z", Spend(3)),
            ("2026-11-22T20:00:00Z", Zone("Asia/Tokyo")),
            // It is the 23rd in Tokyo since 15:00.
            ("2026-11-22T20:00:00Z", Used(0, 0)),
            ("2026-11-22T20:00:00Z", Spend(4)),
            ("2026-11-22T21:00:00Z", Zone("America/New_York")),
            ("2026-11-22T21:00:00Z", Used(7, 0)),
            ("2026-11-22T21:00:00Z", Refused(1)),
        ],
    )
    .await;
}
