//! The drills show what they say.

use signalbox_domain::{CallStatus, Cause, FinishReason, Origin, Role};

use super::harness::{House, Watched, watch};
use crate::drills;

async fn run(name: &str) -> (House, Vec<Watched>) {
    let house = House::new(&["ok"], |_| {});
    let callings = house.gateway.drill(name, &house.http).await.unwrap();
    let seen = futures_util::future::join_all(callings.into_iter().map(watch)).await;
    for call in &seen {
        assert_eq!(call.call.origin, Origin::Drill { name: name.into() });
        assert!(call.call.simulated, "{name}: it is marked as simulated");
    }
    (house, seen)
}

#[tokio::test]
async fn every_drill_shows_what_it_says() {
    for drill in drills() {
        let (house, seen) = run(&drill.name).await;
        let first = seen.first().unwrap();
        let fell_back = seen.iter().all(|seen| seen.call.role == Role::Judge || seen.call.degraded);
        let done = first.call.status == CallStatus::Done;
        let shown = match drill.name.as_str() {
            "rate-limit-storm" => {
                let cooling = !house.gateway.state().cool_downs.is_empty();
                let all = [Cause::Failed, Cause::Waited, Cause::CoolDown, Cause::Fallback];
                done && fell_back && cooling && all.into_iter().all(|cause| first.has(cause))
            }
            "outage" | "empty-answer" => done && fell_back && first.has(Cause::Again),
            "slow-first-token" | "cut-held-back" | "wrong-json" => done && fell_back,
            "sloppy-json" => {
                let value: Result<serde_json::Value, _> = serde_json::from_str(&first.text);
                done && !fell_back && first.has(Cause::Repaired) && value.is_ok_and(|value| value["signal"].is_string())
            }
            "dead-key" => {
                let passed_over = seen.iter().any(|seen| seen.call.attempts.len() == 1);
                done && fell_back && (passed_over || seen.iter().all(|seen| seen.has(Cause::CoolDown)))
            }
            "stall" => first.end() == "timeout" && !first.text.is_empty(),
            "cut" => first.end() == "stream cut" && !first.text.is_empty(),
            "bad-chunk" => done && first.call.finish == Some(FinishReason::Other("incomplete".into())),
            "refusal" => first.end() == "content policy" && first.call.attempts.len() == 1,
            "dead-judge" => {
                let judge = seen.iter().find(|seen| seen.call.role == Role::Judge).unwrap();
                let own = judge.tried().iter().all(|model| *model == "drill-judge");
                done && fell_back && own && judge.end() == "server" && house.gateway.state().alarm.is_some()
            }
            other => panic!("nothing is known of what {other} shows"),
        };
        assert!(shown, "{}: {:#?}", drill.name, seen);
    }
}

#[tokio::test]
async fn a_drill_that_is_unknown_says_which_there_are() {
    let house = House::new(&["ok"], |_| {});
    let failure = house.gateway.drill("fire", &house.http).await.unwrap_err();
    assert!(failure.hint.unwrap().contains("outage"));
}

#[tokio::test]
async fn a_drill_leaves_what_cools_down_in_another_that_is_under_way() {
    let house = House::new(&["ok"], |_| {});
    let cooling = || -> Vec<String> {
        house
            .gateway
            .state()
            .cool_downs
            .into_iter()
            .map(|one| one.provider)
            .filter(|name| name.contains("primary"))
            .collect()
    };
    // Nobody reads what the first says, so it stays under way.
    let first = house.gateway.drill("rate-limit-storm", &house.http).await.unwrap();
    let before = cooling();
    assert_eq!(before, ["drill-primary"]);
    let second = house.gateway.drill("refusal", &house.http).await.unwrap();
    assert_eq!(cooling(), before);
    let second = futures_util::future::join_all(second.into_iter().map(watch)).await;
    assert_eq!(second[0].call.attempts[0].provider, "drill-primary-2");
    futures_util::future::join_all(first.into_iter().map(watch)).await;
    house.gateway.close().await;
    assert!(house.gateway.drills.lock().unwrap().iter().all(|held| held.strong_count() == 0), "both places are free");
}
