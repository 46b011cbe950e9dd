//! The process is killed while a real model answers.

use serde_json::json;

use crate::{
    harness::{App, LIMIT, model::Model, until},
    steps::{
        ANSWER_LIMIT, LONG_TASK, Pictures, TEMPLATE, connect, go, invoke, newest_call, open_prompt, quit, record,
        set_price, skip_first_start, type_at_the_end, write_prompt,
    },
};

const PROMPT: &str = "stories/long";
const DRAFT: &str = "Begin with the bell.";

#[tokio::test]
async fn a_killed_call_is_interrupted_holds_nothing_and_the_draft_is_whole() {
    let app = App::new("crash");
    let model = Model::start(&app.results()).await;
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    write_prompt(&app.workspace(), PROMPT, 3000, LONG_TASK);
    let provider = connect(&window, model.base_url(), "").await;
    set_price(&window, &provider, "100", "200").await;
    open_prompt(&window, PROMPT).await;
    type_at_the_end(&window, DRAFT).await;
    window.by_test_id("draft-pill").await;
    window.wait_text("[data-testid=status]", "says that the draft is kept", |text| text.contains("Draft saved")).await;
    window.press("Control+Enter").await;
    window.wait_for_within("[data-testid=output][data-status=running]", ANSWER_LIMIT).await;
    window.wait_text("[data-testid=output-text]", "grows", |text| text.len() > 40).await;
    let budgets = invoke(&window, "budget_list", json!({ "request": {} })).await.expect("budgets are listed");
    assert!(budgets["budgets"][0]["held"].as_u64().is_some_and(|held| held > 0), "{budgets}");
    pictures.take(&window, "streaming").await;
    app.kill().await;
    drop(window);

    let window = app.open().await;
    window.wait_for(&format!("[data-testid=editor][data-prompt=\"{PROMPT}\"][data-ready=true]")).await;
    let text = window.text(TEMPLATE).await;
    assert!(text.ends_with(DRAFT), "the draft is whole: {text}");
    window.wait_for("[data-testid=output][data-status=interrupted]").await;
    pictures.take(&window, "draft").await;

    go(&window, "live").await;
    let call = newest_call(&window, "interrupted").await;
    window.wait_for("[data-testid=decision][data-cause=interrupted]").await;
    pictures.take(&window, "interrupted").await;
    let record = record(&window, &call).await;
    assert_eq!(record["call"]["status"], "interrupted");

    go(&window, "budgets").await;
    window.by_test_id("budget-row").await;
    let budgets = until(LIMIT, async || {
        let budgets = invoke(&window, "budget_list", json!({ "request": {} })).await.expect("budgets are listed");
        if budgets["budgets"][0]["held"] == 0 { Ok(()) } else { Err(budgets) }
    });
    assert_eq!(budgets.await.err(), None, "nothing is held");
    window.wait_text("[data-testid=budget-held]", "says that nothing is held", |text| text == "–").await;
    pictures.take(&window, "nothing-held").await;
    quit(&app, window).await;
}
