#![allow(clippy::panic, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use signalbox_domain::ErrorClass;

use super::*;

const GENERATE: Role = Role::Generate;
const WHO: (&str, &str, Option<&str>) = ("acme", "large", None);

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn failure(class: ErrorClass) -> Failure {
    Failure::new(class, "it failed")
}

fn limited(seconds: u64) -> Failure {
    failure(ErrorClass::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)))
}

fn left(board: &Arc<Board>) -> Option<Duration> {
    match board.gate(GENERATE, WHO.0, WHO.1, WHO.2) {
        Gate::Cooling { left, .. } => left,
        _ => Some(Duration::ZERO),
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_provider_asks_for_is_kept_to_and_then_probed_once() {
    let board = Board::new();
    let cool = board.failed(GENERATE, WHO, &limited(20), false, now()).unwrap();
    assert_eq!((cool.what, cool.name.as_str()), (CoolWhat::Candidate, "large"));
    assert_eq!(cool.until, Some(Timestamp::from_second(20).unwrap()));
    assert_eq!(left(&board), Some(Duration::from_secs(20)));
    tokio::time::advance(Duration::from_secs(21)).await;
    assert!(board.cool_downs().is_empty(), "the time is over");

    let Gate::Probe(probe) = board.gate(GENERATE, "acme", "large", None) else { panic!("the first one probes") };
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Probing { .. }), "and only the first");
    drop(probe);
    let Gate::Probe(probe) = board.gate(GENERATE, "acme", "large", None) else { panic!("a lost probe frees the way") };
    board.worked(GENERATE, WHO, Instant::now(), Some(&probe));
    drop(probe);
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Open), "it works again");
}

#[tokio::test(start_paused = true)]
async fn failures_that_count_cool_down_at_the_third_and_longer_each_time() {
    let board = Board::new();
    let failed = || board.failed(GENERATE, WHO, &failure(ErrorClass::Server), true, now());
    assert_eq!((failed(), failed()), (None, None));
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Open), "two may be chance");
    failed().unwrap();
    let mut wait = COUNTED;
    for _ in 0..8 {
        assert_eq!(left(&board), Some(wait));
        tokio::time::advance(wait).await;
        failed().unwrap();
        wait = (wait * 2).min(LONGEST);
    }
    assert_eq!(wait, LONGEST, "and never longer than this");
}

#[tokio::test(start_paused = true)]
async fn a_success_between_failures_begins_the_count_anew() {
    let board = Board::new();
    for _ in 0..5 {
        for _ in 0..2 {
            assert_eq!(board.failed(GENERATE, WHO, &failure(ErrorClass::Connect), true, now()), None);
        }
        board.worked(GENERATE, WHO, Instant::now(), None);
    }
    assert!(board.cool_downs().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_that_cools_down_for_one_role_cools_down_for_another() {
    let board = Board::new();
    for class in [ErrorClass::RateLimited, ErrorClass::Auth, ErrorClass::Billing] {
        board.failed(GENERATE, WHO, &failure(class), true, now()).unwrap();
    }
    assert!(matches!(board.gate(Role::Judge, "acme", "large", None), Gate::Open));
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Cooling { left: None, .. }));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_waits_until_it_is_changed_and_the_others_go_on() {
    let board = Board::new();
    let key = |name| Some(name);
    let cool = board.failed(GENERATE, ("acme", "large", key("one")), &failure(ErrorClass::Auth), true, now()).unwrap();
    assert_eq!((cool.what, cool.name.as_str(), cool.until), (CoolWhat::Key, "one", None));
    tokio::time::advance(Duration::from_hours(100)).await;
    assert!(matches!(board.gate(GENERATE, "acme", "small", key("one")), Gate::Cooling { left: None, .. }));
    assert!(matches!(board.gate(GENERATE, "acme", "large", key("two")), Gate::Open));
    board.forget("acme");
    assert!(matches!(board.gate(GENERATE, "acme", "large", key("one")), Gate::Open));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_may_not_use_one_model_may_use_the_others() {
    let board = Board::new();
    board.failed(GENERATE, WHO, &failure(ErrorClass::Auth).with_status(403), true, now()).unwrap();
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Cooling { .. }));
    assert!(matches!(board.gate(GENERATE, "acme", "small", None), Gate::Open));
}

#[tokio::test(start_paused = true)]
async fn a_provider_without_credit_rests_with_all_of_its_models() {
    let board = Board::new();
    board.failed(GENERATE, WHO, &failure(ErrorClass::Billing), true, now()).unwrap();
    assert!(
        matches!(board.gate(GENERATE, "acme", "small", None), Gate::Cooling { left: Some(left), .. } if left == Duration::from_mins(10))
    );
    assert!(matches!(board.gate(GENERATE, "other", "large", None), Gate::Open));
}

#[test]
fn what_the_request_is_to_blame_for_cools_nothing_down() {
    let board = Board::new();
    for class in [ErrorClass::Client, ErrorClass::ContextWindow, ErrorClass::ContentPolicy, ErrorClass::Empty] {
        for _ in 0..9 {
            assert_eq!(board.failed(GENERATE, WHO, &failure(class.clone()), true, now()), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_under_way_ends_no_wait_that_was_asked_for_meanwhile() {
    for class in [ErrorClass::RateLimited, ErrorClass::Billing, ErrorClass::Auth, ErrorClass::Server] {
        let board = Board::new();
        let began = Instant::now();
        tokio::time::advance(Duration::from_secs(1)).await;
        let failed = failure(class.clone()).with_retry_after(Some(Duration::from_mins(1)));
        board.failed(GENERATE, WHO, &failed, true, now()).unwrap();
        board.worked(GENERATE, WHO, began, None);
        let gate = board.gate(GENERATE, "acme", "large", None);
        assert!(matches!(gate, Gate::Cooling { asked: true, .. }), "{}", class.as_str());
    }
    let board = Board::new();
    let began = Instant::now();
    for _ in 0..STRIKES {
        board.failed(GENERATE, WHO, &failure(ErrorClass::Server), true, now());
    }
    board.worked(GENERATE, WHO, began, None);
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Open), "our own caution is proved wrong");
}

#[tokio::test(start_paused = true)]
async fn a_probe_ends_only_the_cool_down_that_it_was_for() {
    let board = Board::new();
    board.failed(GENERATE, WHO, &limited(1), false, now()).unwrap();
    tokio::time::advance(Duration::from_secs(2)).await;
    let began = Instant::now();
    let Gate::Probe(probe) = board.gate(GENERATE, "acme", "large", None) else { panic!("the first one probes") };
    // A call from before meets the limit again while the probe is under way.
    board.failed(GENERATE, WHO, &limited(30), false, now()).unwrap();
    probe.answering();
    board.worked(GENERATE, WHO, began, Some(&probe));
    drop(probe);
    assert_eq!(left(&board), Some(Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_is_a_floor_for_every_class_and_never_shortened() {
    let check = |class: ErrorClass, asked: u64, wait: u64| {
        let board = Board::new();
        let failed = failure(class.clone()).with_retry_after(Some(Duration::from_secs(asked)));
        board.failed(GENERATE, WHO, &failed, true, now()).unwrap();
        let expected = Duration::from_secs(wait);
        let gate = board.gate(GENERATE, "acme", "large", None);
        assert!(
            matches!(gate, Gate::Cooling { left: Some(left), asked: true, .. } if left == expected),
            "{}",
            class.as_str()
        );
        let sooner = failure(class).with_retry_after(Some(Duration::from_secs(1)));
        board.failed(GENERATE, WHO, &sooner, true, now()).unwrap();
        assert!(left(&board) >= Some(expected), "a shorter wait takes nothing back");
    };
    // One failure is enough when it asks, however many it takes when it doesn't.
    check(ErrorClass::Server, 60, 60);
    check(ErrorClass::Connect, 60, 60);
    check(ErrorClass::Timeout { limit: signalbox_domain::Limit::Idle }, 60, 60);
    check(ErrorClass::Overloaded, 60, 60);
    check(ErrorClass::RateLimited, 60, 60);
    check(ErrorClass::Billing, 1, 600);
    check(ErrorClass::Billing, 3_600, 3_600);
}

#[tokio::test(start_paused = true)]
async fn beyond_what_was_asked_for_it_is_only_our_caution() {
    let board = Board::new();
    for _ in 0..5 {
        let failed = failure(ErrorClass::Server).with_retry_after(Some(Duration::from_secs(2)));
        board.failed(GENERATE, WHO, &failed, true, now()).unwrap();
    }
    let asked = || matches!(board.gate(GENERATE, "acme", "large", None), Gate::Cooling { asked: true, .. });
    assert!(asked());
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(left(&board) > Some(Duration::ZERO) && !asked(), "failures in a row still count");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_answering_lets_the_others_through_and_breaking_off_cools_down_at_once() {
    let board = Board::new();
    for _ in 0..STRIKES {
        board.failed(GENERATE, WHO, &failure(ErrorClass::Server), true, now());
    }
    tokio::time::advance(COUNTED).await;
    let Gate::Probe(probe) = board.gate(GENERATE, "acme", "large", None) else { panic!("the first one probes") };
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Probing { asked: false, .. }));
    probe.answering();
    assert!(matches!(board.gate(GENERATE, "acme", "large", None), Gate::Open));
    assert!(board.failed(GENERATE, WHO, &failure(ErrorClass::Server), true, now()).is_some());
    drop(probe);
    assert_eq!(left(&board), Some(COUNTED * 2));
}
