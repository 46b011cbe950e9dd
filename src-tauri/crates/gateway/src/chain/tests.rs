//! The table: every class of error at every position.

use signalbox_domain::{BudgetRefusal, Limit, Unit};

use super::*;

fn situation() -> Situation {
    Situation {
        delivered: false,
        again: 0,
        waited: Duration::ZERO,
        patience: Duration::from_secs(5),
        other_key: false,
        sooner_key: None,
        jitter: 0.5,
    }
}

fn failure(class: ErrorClass) -> Failure {
    Failure::new(class, "it failed")
}

fn all() -> Vec<ErrorClass> {
    let refusal = BudgetRefusal {
        budget: "daily".into(),
        scope: "project:support".into(),
        unit: Unit::Dollars,
        limit: 0,
        settled: 0,
        held: 0,
        needed: 0,
        resets_at: None,
    };
    vec![
        ErrorClass::Client,
        ErrorClass::Auth,
        ErrorClass::Billing,
        ErrorClass::RateLimited,
        ErrorClass::ContextWindow,
        ErrorClass::ContentPolicy,
        ErrorClass::Overloaded,
        ErrorClass::Server,
        ErrorClass::Connect,
        ErrorClass::Timeout { limit: Limit::FirstToken },
        ErrorClass::StreamCut { delivered: false },
        ErrorClass::Malformed,
        ErrorClass::Empty,
        ErrorClass::SchemaInvalid,
        ErrorClass::Budget { refusal: Box::new(refusal) },
        ErrorClass::Guardrail { guard: "cards".into() },
        ErrorClass::Unavailable,
    ]
}

#[test]
fn every_class_is_followed_by_what_the_table_allows() {
    let backoff = Move::Again { wait: BACKOFF };
    let expected = [
        Move::Stop,   // client
        Move::Next,   // auth
        Move::Next,   // billing
        Move::Next,   // rate limited, without a wait
        Move::Larger, // context window
        Move::Stop,   // content policy
        backoff,      // overloaded
        backoff,      // server
        backoff,      // connect
        Move::Next,   // timeout
        Move::Next,   // stream cut
        Move::Next,   // malformed
        backoff,      // empty
        Move::Next,   // schema invalid
        Move::Stop,   // budget
        Move::Stop,   // guardrail
        Move::Stop,   // unavailable
    ];
    for (class, expected) in all().into_iter().zip(expected) {
        let failure = failure(class);
        assert_eq!(situation().after(&failure), expected, "{} at first", failure.class.as_str());
        let second = Situation { again: 1, ..situation() };
        let expected = if expected == backoff { Move::Next } else { expected };
        assert_eq!(second.after(&failure), expected, "{} once more", failure.class.as_str());
    }
}

#[test]
fn r4_nothing_follows_an_answer_that_has_begun() {
    for class in all() {
        let failure = failure(class);
        let begun = Situation { delivered: true, other_key: true, ..situation() };
        assert_eq!(begun.after(&failure), Move::Stop, "{}", failure.class.as_str());
    }
}

#[test]
fn a_rate_limit_is_waited_for_within_patience_and_never_retried_sooner() {
    let limited = |seconds| failure(ErrorClass::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)));
    let check = |situation: Situation, seconds, expected| assert_eq!(situation.after(&limited(seconds)), expected);
    check(situation(), 2, Move::Again { wait: Duration::from_secs(2) });
    check(situation(), 5, Move::Again { wait: Duration::from_secs(5) });
    check(situation(), 6, Move::Next);
    check(Situation { waited: Duration::from_secs(4), again: 1, ..situation() }, 2, Move::Next);
    check(Situation { again: MOST_WAITS, ..situation() }, 1, Move::Next);
    check(Situation { patience: Duration::ZERO, ..situation() }, 1, Move::Next);
    for again in 0..MOST_WAITS {
        let wait = BACKOFF * (1 << again);
        check(Situation { again, ..situation() }, 0, Move::Again { wait });
    }
}

#[test]
fn the_key_that_is_free_first_is_waited_for() {
    let limited = |seconds| failure(ErrorClass::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)));
    let other = |seconds| Situation { sooner_key: Some(Duration::from_secs(seconds)), ..situation() };
    assert_eq!(other(2).after(&limited(60)), Move::Again { wait: Duration::from_secs(2) });
    assert_eq!(other(60).after(&limited(2)), Move::Again { wait: Duration::from_secs(2) });
    assert_eq!(other(9).after(&limited(60)), Move::Next, "neither comes soon enough");
    assert_eq!(other(2).after(&failure(ErrorClass::RateLimited)), Move::Again { wait: Duration::from_secs(2) });
    assert_eq!(other(2).after(&failure(ErrorClass::Timeout { limit: Limit::Idle })), Move::Next, "no key is to blame");
}

#[test]
fn a_wait_that_a_provider_asks_for_is_a_floor() {
    for class in [ErrorClass::Overloaded, ErrorClass::Server] {
        let wait = |seconds| failure(class.clone()).with_retry_after(Some(Duration::from_secs(seconds)));
        assert_eq!(situation().after(&wait(2)), Move::Again { wait: Duration::from_secs(2) });
        assert_eq!(situation().after(&wait(0)), Move::Again { wait: BACKOFF }, "never without a pause");
        assert_eq!(situation().after(&wait(9)), Move::Next, "longer than the route is patient");
    }
    for jitter in [0.0, 0.999] {
        let Move::Again { wait } = (Situation { jitter, ..situation() }).after(&failure(ErrorClass::Server)) else {
            unreachable!("a server's failure is tried again")
        };
        assert!(wait >= BACKOFF / 2 && wait <= BACKOFF * 3 / 2, "{wait:?}");
    }
}

#[test]
fn another_key_is_tried_where_the_key_is_to_blame() {
    for class in all() {
        let failure = failure(class);
        let moved = Situation { other_key: true, ..situation() }.after(&failure);
        let blamed = matches!(failure.class, ErrorClass::Auth | ErrorClass::RateLimited);
        assert_eq!(moved == Move::OtherKey, blamed, "{}", failure.class.as_str());
    }
}
