//! Limits of spending.

use std::sync::Arc;

use serde_json::json;
use signalbox_api::{
    Code,
    types::{BudgetNamed, BudgetSet, Empty, Event, UsageRequest},
};
use signalbox_domain::{CallStatus, Caller, ErrorClass, Money, SettlementKind, Target, Unit};
use signalbox_gateway::{AlertLevel, CallEvent, CallRequest, PromptText, UsageBy};
use signalbox_prompts::Selector;
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
    assert_eq!((refusal.scope.as_str(), refusal.unit, refusal.limit), ("project:support", Unit::Dollars, 500_000));
    assert!(refusal.needed > refusal.limit, "the worst case is what is refused");
    assert!(refusal.resets_at.is_some_and(|resets| resets > call.started_at), "it says when");
    assert!(failure.hint.is_some(), "it says what to do");
    assert!(server.requests().is_empty(), "nothing was sent");
    let budgets = app.core.budget_list(Empty {}).await.unwrap().budgets;
    assert_eq!((budgets[0].standing.held, budgets[0].standing.settled, budgets[0].refused), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_set_in_the_window_holds_for_the_next_call_and_stays_in_the_file() {
    let (app, _server) = priced("$5.00").await;
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done);
    let set = BudgetSet { name: "daily".into(), limit: Some("$0.0001".into()), ..BudgetSet::default() };
    let list = app.core.budget_set(set).await.unwrap().list;
    assert_eq!(list.budgets[0].limit, 100_000);
    assert!(list.budgets[0].standing.settled > 0, "what was spent stays spent");
    assert_eq!(app.run(default_route()).await.status, CallStatus::Refused);
    assert!(
        app.folders.read("signalbox.toml").contains("limit = \"$0.0001\""),
        "{}",
        app.folders.read("signalbox.toml")
    );
    let spent = list.budgets[0].standing.settled;
    let app = App::open(app.close().await).await;
    let list = app.core.budget_list(Empty {}).await.unwrap();
    assert_eq!(list.budgets[0].standing.settled, spent, "a restart forgets no spending");
    assert_eq!(list.days.last().map(|day| day.spent.nanos()), Some(spent));
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
    assert_eq!(
        (budget.standing.held, budget.standing.settled),
        (0, sum.nanos()),
        "nothing stays held, and the ledger is the sum"
    );
    assert!(budget.standing.settled <= budget.limit, "{} of {}", budget.standing.settled, budget.limit);
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
    let others = [
        json!({ "scope": "usr:*" }),
        json!({ "period": "fortnight" }),
        json!({ "degrade": ["louder"] }),
        json!({ "degrade_at": 2 }),
        json!({ "unknown_price": "free" }),
        json!({ "unknown_price": "0" }),
    ];
    for mut request in others {
        request["name"] = "daily".into();
        for name in ["budget_set", "budget_preview"] {
            let error = command(&app.core, name, request.clone()).await.unwrap_err();
            assert!(!error.message.is_empty(), "{request}");
        }
    }
    for (limit, warn_at) in [("five", json!(null)), ("-1", json!(null)), ("$1.00", json!(7)), ("$1.00", json!(0))] {
        let request = json!({ "name": "daily", "limit": limit, "warn_at": warn_at });
        let error = command(&app.core, "budget_set", request).await.unwrap_err();
        assert!(!error.message.is_empty(), "{limit}");
    }
    assert_eq!(app.folders.read("signalbox.toml"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_budget_can_be_taken_back_to_the_letter() {
    let (app, _server) = priced("$5.00").await;
    let commented =
        app.folders.read("signalbox.toml").replace("[budgets.daily]", "# What a day may cost.\n[budgets.daily]");
    let folders = app.close().await;
    folders.write("signalbox.toml", &commented);
    let app = App::open(folders).await;
    let named = |name: &str| BudgetNamed { name: name.into() };
    let changed = BudgetSet {
        name: "daily".into(),
        limit: Some("$7".into()),
        degrade: Some(vec!["cheaper_tier".into()]),
        unknown_price: Some("30".into()),
        ..BudgetSet::default()
    };
    let new = BudgetSet { name: "new".into(), limit: Some("7 requests".into()), ..BudgetSet::default() };
    for undo in [
        app.core.budget_set(changed).await.unwrap().undo,
        app.core.budget_set(new).await.unwrap().undo,
        app.core.budget_remove(named("daily")).await.unwrap().undo,
    ]
    .into_iter()
    .rev()
    {
        app.core.config_undo(undo).await.unwrap();
    }
    assert_eq!(app.folders.read("signalbox.toml"), commented);
    assert_eq!(app.core.budget_list(Empty {}).await.unwrap().budgets.len(), 1);
}

/// A call for a user, by the way that another program goes.
async fn call_for(app: &App, user: &str, target: Target) -> CallStatus {
    let text = PromptText::Stored { name: "support/reply".into(), selector: Selector::Number(2) };
    let mut request = CallRequest::new(text, app.saved_values("support/reply").await, target);
    request.caller = Caller { user: Some(user.into()), ..Caller::default() };
    let mut call = app.core.call_watched(request);
    loop {
        if let CallEvent::Ended(call) = call.next().await.expect("a call ends with its end") {
            return call.status;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_has_a_limit_and_use_is_told_by_user_prompt_model_and_day() {
    let (app, _server) = priced("$5.00").await;
    let set = BudgetSet {
        name: "each-user".into(),
        limit: Some("2 requests".into()),
        scope: Some("user:*".into()),
        period: Some("month".into()),
        warn_at: Some(0.5),
        ..BudgetSet::default()
    };
    let preview = app.core.budget_preview(set.clone()).await.unwrap();
    assert_eq!((preview.calls, preview.text.as_str()), (0, "it covers no call of last week"));
    app.core.budget_set(set).await.unwrap();
    let mut events = app.events();
    for (user, expected) in [("ann", "done"), ("ann", "done"), ("bob, the \"2nd\"", "done"), ("ann", "refused")] {
        assert_eq!(call_for(&app, user, default_route()).await.as_str(), expected, "{user}");
    }
    let alert = app
        .wait_for(&mut events, |event| match event {
            Event::BudgetAlert { alert } => Some(alert.clone()),
            _ => None,
        })
        .await;
    assert_eq!(
        (alert.budget.as_str(), alert.account.as_str(), alert.level),
        ("each-user", "user:ann", AlertLevel::Warn)
    );

    let list = app.core.budget_list(Empty {}).await.unwrap();
    let each = list.budgets.iter().find(|budget| budget.name == "each-user").unwrap();
    assert_eq!((each.covers.as_str(), each.scope.as_str(), each.unit), ("user:*", "user:ann", Unit::Requests));
    assert_eq!((each.standing.settled, each.standing.left, each.refused, each.account_count), (2, 0, 1, 2));

    for (by, names) in [
        (UsageBy::User, vec!["ann", "bob, the \"2nd\""]),
        (UsageBy::Project, vec!["support"]),
        (UsageBy::Prompt, vec!["support/reply"]),
        (UsageBy::Model, vec!["priced"]),
        (UsageBy::Token, vec![]),
    ] {
        let report = app.core.budget_usage(UsageRequest { by, days: 7, account: None }).await.unwrap();
        let found: Vec<_> = report.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(found, names, "{by:?}");
        let requests: i64 = report.rows.iter().map(|row| row.used.requests).sum();
        assert_eq!(requests, if names.is_empty() { 0 } else { 3 }, "{by:?}");
        assert_eq!(report.total.requests, 3);
    }
    let days = app.core.budget_usage(UsageRequest { by: UsageBy::Day, days: 3, account: None }).await.unwrap();
    assert_eq!(days.rows.iter().map(|row| row.used.requests).collect::<Vec<_>>(), [0, 0, 3]);
    let file = app.core.budget_export(UsageRequest { by: UsageBy::User, days: 7, account: None }).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file.path).unwrap(), file.text);
    assert!(
        file.text.starts_with("user,dollars,tokens,requests\r\nann,")
            && file.text.contains("\"bob, the \"\"2nd\"\"\",")
    );

    // Of one account, counted apart by another; and what is no account.
    for (by, account, expected) in [
        (UsageBy::User, "project:support", vec![("ann", 2), ("bob, the \"2nd\"", 1)]),
        (UsageBy::Model, "user:ann", vec![("priced", 2)]),
        (UsageBy::Prompt, "user:nobody", vec![]),
    ] {
        let asked = UsageRequest { by, days: 7, account: Some(account.into()) };
        let report = app.core.budget_usage(asked).await.unwrap();
        let found: Vec<_> = report.rows.iter().map(|row| (row.name.as_str(), row.used.requests)).collect();
        assert_eq!(found, expected, "{by:?} of {account}");
        assert_eq!(report.total.requests, expected.iter().map(|(_, calls)| calls).sum::<i64>(), "{account}");
    }
    for account in ["ann", "usr:ann", "user:"] {
        let asked = UsageRequest { by: UsageBy::User, days: 7, account: Some(account.into()) };
        let error = app.core.budget_usage(asked).await.unwrap_err();
        assert!(error.message.contains("is no account"), "{account}: {}", error.message);
    }

    // What was told, and how the account got to where it stands.
    let list = app.core.budget_list(Empty {}).await.unwrap();
    let told: Vec<_> = list.told.iter().map(|told| (told.account.as_str(), told.level, told.refused)).collect();
    assert!(told.contains(&("user:ann", AlertLevel::Stop, 1)), "{told:?}");
    assert!(told.contains(&("user:ann", AlertLevel::Warn, 0)), "{told:?}");
    let trend = list.trends.iter().find(|trend| trend.name == "each-user").unwrap();
    assert_eq!((trend.days.len(), trend.days.last()), (21, Some(&2)));
    assert_eq!(list.days.last().map(|day| day.spent), Some(days.rows[2].used.money), "of all projects together");
    let course = app.core.budget_course(BudgetNamed { name: "each-user".into() }).await.unwrap();
    assert_eq!((course.account.as_str(), course.points.last().map(|point| point.settled)), ("user:ann", Some(2)));
    assert!(course.to.is_some_and(|end| end > course.from));
    let unknown = app.core.budget_course(BudgetNamed { name: "nobody".into() }).await.unwrap_err();
    assert_eq!(unknown.code, Code::NotFound);

    let tighter = BudgetSet { name: "each-user".into(), limit: Some("1 request".into()), ..BudgetSet::default() };
    let preview = app.core.budget_preview(tighter).await.unwrap();
    assert_eq!(preview.text, "would have refused 1 of 3 calls last week");
    assert!(app.folders.read("signalbox.toml").contains("2 requests"), "a preview changes nothing");
}
