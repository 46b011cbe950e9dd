//! Limits of spending.

use std::sync::Arc;

use serde_json::json;
use signalbox_api::types::{BudgetSet, Empty};
use signalbox_domain::{CallStatus, ErrorClass, Money, SettlementKind};
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::harness::{App, command, default_route, toml_for};

async fn priced(limit: &str) -> (App, WireServer) {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts");
    let toml = toml_for(&server.base_url(), limit, "none");
    (App::with(|folders| folders.write("signalbox.toml", &toml)).await, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_which_scope_how_much_and_when_it_resets() {
    let (app, server) = priced("$0.0005").await;
    let call = app.run(default_route()).await;
    assert_eq!(call.status, CallStatus::Refused);
    let failure = call.failure.expect("it says why");
    let ErrorClass::Budget { refusal } = &failure.class else { panic!("{failure:?}") };
    assert_eq!((refusal.scope.as_str(), refusal.limit), ("project:support", "$0.0005".parse().unwrap()));
    assert!(refusal.needed > refusal.limit, "the worst case is what is refused");
    assert!(refusal.resets_at > call.started_at, "it says when");
    assert!(failure.hint.is_some(), "it says what to do");
    assert!(server.requests().is_empty(), "nothing was sent");
    let budgets = app.core.budget_list(Empty {}).await.unwrap().budgets;
    assert_eq!((budgets[0].held, budgets[0].settled, budgets[0].refused), (Money::ZERO, Money::ZERO, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_set_in_the_window_holds_for_the_next_call_and_stays_in_the_file() {
    let (app, _server) = priced("$5.00").await;
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done);
    let set = BudgetSet { name: "daily".into(), limit: "$0.0001".into(), warn_at: None };
    let list = app.core.budget_set(set).await.unwrap();
    assert_eq!(list.budgets[0].limit, "0.0001".parse().unwrap());
    assert!(list.budgets[0].settled > Money::ZERO, "what was spent stays spent");
    assert_eq!(app.run(default_route()).await.status, CallStatus::Refused);
    assert!(
        app.folders.read("signalbox.toml").contains("limit = \"$0.0001\""),
        "{}",
        app.folders.read("signalbox.toml")
    );
    let spent = list.budgets[0].settled;
    let app = App::open(app.close().await).await;
    let list = app.core.budget_list(Empty {}).await.unwrap();
    assert_eq!(list.budgets[0].settled, spent, "a restart forgets no spending");
    assert_eq!(list.days.last().map(|day| day.spent), Some(spent));
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_settled_spend_never_passes_a_limit_whatever_the_concurrency() {
    // Room for a few calls' holds only; forty are made at once.
    let (app, _server) = priced("$0.02").await;
    let app = Arc::new(app);
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.run(default_route()).await })
        })
        .collect();
    let mut ended = Vec::new();
    for call in calls {
        ended.push(call.await.unwrap());
    }
    let refused = ended.iter().filter(|call| call.status == CallStatus::Refused).count();
    let done = ended.iter().filter(|call| call.status == CallStatus::Done).count();
    assert!(refused > 0 && done > 0 && refused + done == 40, "{done} done, {refused} refused");
    let budget = app.core.budget_list(Empty {}).await.unwrap().budgets.remove(0);
    let sum: Money = ended.iter().filter_map(|call| call.settlement).map(|settled| settled.amount).sum();
    assert_eq!((budget.held, budget.settled), (Money::ZERO, sum), "nothing stays held, and the ledger is the sum");
    assert!(budget.settled <= budget.limit, "{} of {}", budget.settled, budget.limit);
    assert!(ended.iter().filter_map(|call| call.settlement).all(|settled| settled.kind == SettlementKind::Exact));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_without_a_price_is_never_free() {
    let (app, server) = priced("$5.00").await;
    let toml = app
        .folders
        .read("signalbox.toml")
        .replace("price = { input = \"1.00\", output = \"4.00\" }\n", "")
        .replace(&server.base_url(), "http://models.example.invalid/v1");
    let folders = app.close().await;
    folders.write("signalbox.toml", &toml);
    let app = App::open(folders).await;
    let call = app.run(default_route()).await;
    let failure = call.failure.expect("it says why");
    assert!(failure.message.contains("price") && failure.hint.is_some(), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_limit_is_refused_and_the_file_stays() {
    let (app, _server) = priced("$5.00").await;
    let before = app.folders.read("signalbox.toml");
    for (limit, warn_at) in [("five", json!(null)), ("-1", json!(null)), ("$1.00", json!(7)), ("$1.00", json!(0))] {
        let request = json!({ "name": "daily", "limit": limit, "warn_at": warn_at });
        let error = command(&app.core, "budget_set", request).await.unwrap_err();
        assert!(!error.message.is_empty(), "{limit}");
    }
    assert_eq!(app.folders.read("signalbox.toml"), before);
}
