//! What stays charged when nobody knows what a provider will charge.

use signalbox_domain::{CallStatus, Cause, Money, Price, SettlementKind};
use signalbox_workspace::config::{Budget, Limits};

use super::harness::{House, Watched, request, watch};
use crate::CallEvent;

/// A house with one model that costs a dollar per million tokens, and a budget.
fn house(fault: &str, limit: &str) -> House {
    House::new(&[fault], |config| {
        let dollar = Money::from_nanos(1_000_000_000);
        config.models[0].price = Some(Price::flat(dollar, dollar));
        config.routes[0].judge = None;
        config.routes[0].limits = Limits { first_token_ms: 200, idle_ms: 200, total_ms: 5_000 };
        config.budgets = vec![Budget::new("daily", limit.parse().unwrap())];
    })
}

/// What the only attempt could have cost at most.
fn worst(seen: &Watched) -> Money {
    // The hold is that of one candidate and one more attempt.
    Money::from_nanos(seen.call.held.nanos() / 2)
}

#[tokio::test]
async fn a_provider_that_fails_after_it_began_may_charge_the_whole_answer() {
    for fault in ["stall*9", "stall_after(3)*9", "cut*9", "cut_after(3)*9", "malformed(2)*9"] {
        let house = house(fault, "$5");
        let seen = house.ask("What is a signal box?").await;
        let settlement = seen.call.settlement.unwrap();
        assert_eq!((seen.call.attempts.len(), settlement.kind), (1, SettlementKind::LowerBound), "{fault}");
        assert!(settlement.doubtful > Money::ZERO, "{fault}");
        assert_eq!(settlement.charged(), worst(&seen), "{fault}: never refund on a doubtful total");
        let used = house.gateway.budgets().await.unwrap().remove(0).uses.remove(0);
        assert_eq!((used.settled(), used.held()), (settlement.charged().nanos(), 0), "{fault}");
    }
}

#[tokio::test]
async fn what_was_refused_outright_costs_nothing_and_what_was_counted_is_exact() {
    for (fault, free) in [("client_error*9", true), ("key_dead*9", true), ("server_error*9", true), ("ok", false)] {
        let house = house(fault, "$5");
        let settlement = house.ask("What is a signal box?").await.call.settlement.unwrap();
        assert_eq!((settlement.doubtful, settlement.kind), (Money::ZERO, SettlementKind::Exact), "{fault}");
        assert_eq!(settlement.amount == Money::ZERO, free, "{fault}");
    }
}

#[tokio::test]
async fn a_cancelled_call_pays_its_input_and_what_was_delivered_and_no_more() {
    for leaves in [false, true] {
        let house = house("slow(5)", "$5");
        let mut calling = house.gateway.call(request("What is a signal box, and who works in it?"));
        let mut pieces = 0;
        while let Some(event) = calling.events.recv().await {
            pieces += u32::from(matches!(event, CallEvent::Delta { .. }));
            if pieces == 3 {
                break;
            }
        }
        let id = calling.id;
        if leaves {
            drop(calling);
        } else {
            calling.cancel.cancel();
            watch(calling).await;
        }
        house.gateway.close().await;
        let call = house.store.read(move |view| view.call(id)).await.unwrap().unwrap().call;
        let settlement = call.settlement.unwrap();
        assert_eq!((call.status, settlement.kind), (CallStatus::Cancelled, SettlementKind::LowerBound));
        assert_eq!(settlement.doubtful, Money::ZERO, "plain cancels must not use a budget up");
        assert!(settlement.amount > Money::ZERO && settlement.amount < Money::from_nanos(call.held.nanos() / 4));
        assert_eq!(house.money().await, (Money::ZERO, settlement.amount));
    }
}

#[tokio::test]
async fn r2_a_provider_that_goes_over_the_longest_answer_is_recorded_and_bounded() {
    let house = house("overlong(3000), ok*9", "$0.0035");
    let seen = house.ask("How long?").await;
    let settlement = seen.call.settlement.unwrap();
    assert!(seen.has(Cause::Overshot), "{:#?}", seen.decisions);
    assert_eq!(settlement.over, settlement.amount - seen.call.held, "how far it went over what was held");
    assert!(settlement.over > Money::ZERO && settlement.kind == SettlementKind::Exact);
    let next = house.ask("And now?").await;
    assert_eq!(next.end(), "budget exceeded", "what was spent is spent");
    let used = house.gateway.budgets().await.unwrap().remove(0).uses.remove(0);
    assert!(used.settled() <= used.budget.limit.amount + settlement.over.nanos());
    let all = signalbox_store::Span { start: jiff::Timestamp::MIN, end: jiff::Timestamp::MAX };
    let entries = house.store.read(move |view| view.ledger(all)).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.settlement.over).collect::<Vec<_>>(), [settlement.over]);
}
