//! Callers that leave before their answer is there.

use serde_json::Value;
use signalbox_domain::CallStatus;
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use tokio::time::timeout;

use super::{ALL, CHAT, Served, question};
use crate::harness::PATIENCE;

async fn far(faults: &str) -> (WireServer, Served) {
    let faults = FaultSchedule::parse(faults).expect("the faults can be read");
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts");
    let toml = format!(
        "[providers.far]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.far]\nprovider = \"far\"\nid = \"simulated-small\"\n\
         price = {{ input = \"1.00\", output = \"4.00\" }}\n\n[routes.default]\ngenerate = [\"far\"]\n",
        server.base_url()
    );
    let served = Served::of(&toml).await;
    (server, served)
}

/// Waits until `server` has been asked so often.
async fn until_asked(server: &WireServer, count: usize) {
    let asked = async {
        while server.requests().len() < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asked).await.expect("it is asked");
}

/// Waits until nothing runs any more, and says how the calls have ended, each way once.
pub(super) async fn ends(served: &Served) -> Vec<CallStatus> {
    let ended = async {
        while served.app.core.under_way().0 > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the calls end");
    let mut ends: Vec<CallStatus> = served.app.core.counts().calls.iter().map(|(counted, _)| counted.status).collect();
    ends.sort_by_key(|status| status.as_str());
    ends.dedup();
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_before_the_first_piece_is_aborted_upstream_and_settled() {
    let (server, served) = far("stall*").await;
    let mut asked = 0;
    for (path, stream) in ALL.into_iter().flat_map(|path| [(path, false), (path, true)]) {
        asked += 1;
        let request = tokio::spawn(served.post(path, &question(path, "far", stream)).send());
        until_asked(&server, asked).await;
        request.abort();
        timeout(PATIENCE, server.until_left_early(asked)).await.expect("it is aborted upstream");
    }
    assert_eq!(ends(&served).await, [CallStatus::Cancelled], "all of them are cancelled");
    assert_eq!(served.app.core.under_way().1.nanos(), 0, "nothing is held for them");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_of_a_stream_is_aborted_upstream_and_settled() {
    let (server, served) = far("stall_after(3)*").await;
    for (count, path) in (1..).zip(ALL) {
        let mut response = served.post(path, &question(path, "far", true)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.chunk().await.unwrap().expect("a first piece");
        drop(response);
        timeout(PATIENCE, server.until_left_early(count)).await.expect("it is aborted upstream");
    }
    assert_eq!(ends(&served).await, [CallStatus::Cancelled]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_answers_one_that_fails_ends_the_others() {
    // One is refused at once, the other would never end.
    let (server, served) = far("refusal, stall*").await;
    let mut body: Value = question(CHAT, "far", false);
    body["n"] = 2.into();
    let told = served.ask(CHAT, &body).await;
    assert_eq!((told.status, told.code().as_str()), (400, "content_policy_violation"), "{told:?}");
    // Unless it hadn't been sent yet.
    let others = server.requests().len() - 1;
    timeout(PATIENCE, server.until_left_early(others)).await.expect("the other is aborted upstream");
    assert_eq!(ends(&served).await, [CallStatus::Cancelled, CallStatus::Failed]);
}
