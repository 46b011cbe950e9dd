//! A person cancels while a real model answers.

use serde_json::Value;

use crate::{
    harness::{App, model::Model, wait_for_cancelled},
    steps::{
        ANSWER_LIMIT, LONG_TASK, Pictures, connect, go, newest_call, open_prompt, quit, record, set_price,
        skip_first_start, write_prompt,
    },
};

const PROMPT: &str = "stories/long";

#[tokio::test]
async fn cancel_stops_the_server_keeps_the_text_and_settles_it() {
    let app = App::new("cancel");
    let model = Model::start(&app.results()).await;
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    write_prompt(&app.workspace(), PROMPT, 3000, LONG_TASK);
    let provider = connect(&window, model.base_url(), "").await;
    set_price(&window, &provider, "100", "200").await;
    open_prompt(&window, PROMPT).await;

    for (times, way) in [(1, Way::Keys), (2, Way::Button)] {
        window.press("Control+Enter").await;
        window.wait_for_within("[data-testid=output][data-status=running]", ANSWER_LIMIT).await;
        window.wait_text("[data-testid=output-text]", "grows", |text| text.len() > 40).await;
        assert_eq!(model.cancelled(), times - 1, "the server works on it");
        match way {
            Way::Keys => window.press("Control+.").await,
            Way::Button => window.click("[data-testid=cancel]").await,
        }
        wait_for_cancelled(&model, times).await;
        window.wait_for("[data-testid=output][data-status=cancelled]").await;
        let kept = window.text("[data-testid=output-text]").await;
        assert!(kept.len() > 40, "what was delivered stays: {kept}");
        window.by_test_id("not-complete").await;
    }
    pictures.take(&window, "cancelled").await;

    go(&window, "live").await;
    let call = newest_call(&window, "cancelled").await;
    window.wait_for("[data-testid=decision][data-stage=settle]").await;
    pictures.take(&window, "settled").await;
    let record = record(&window, &call).await;
    let amount = |value: &Value| value.as_u64().unwrap_or_default();
    let settled = amount(&record["call"]["settlement"]["amount"]);
    assert!(settled > 0, "what was delivered is settled: {}", record["call"]);
    assert!(settled < amount(&record["call"]["held"]), "and no more than that: {}", record["call"]);
    quit(&app, window).await;
}

#[derive(Clone, Copy)]
enum Way {
    Keys,
    Button,
}
