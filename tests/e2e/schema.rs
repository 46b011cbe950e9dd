//! A person edits the schema of an answer, and tries an answer that doesn't quite follow it.

use std::fs;

use serde_json::json;

use crate::{
    harness::App,
    steps::{Pictures, go, open_prompt, quit, skip_first_start},
};

/// A model that doesn't take JSON seriously.
const SLOPPY: &str = r#"[workspace]
name = "starter"
project = "starter"

[providers.simulated]
kind = "simulated"
faults = "sloppy_json*9"

[models.sloppy]
provider = "simulated"
id = "simulated-small"

[routes.default]
generate = ["sloppy"]
"#;

const PROMPT: &str = "extract/invoice";
/// A number as text with separated thousands, one thing where a list is asked for, and digits as text in it.
const ANSWER: &str =
    r#"{"supplier": "Acme", "number": "A-7", "total": "1,204.50", "lines": {"text": "Paper", "amount": "12"}}"#;

#[tokio::test]
async fn an_answer_with_three_defects_shows_its_value_three_flags_and_the_log() {
    let app = App::new("schema");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    open_prompt(&window, PROMPT).await;
    window.click("[data-testid=part-schema]").await;
    window.wait_text("[data-testid=schema-text] .cm-content", "has the fields", |text| text.contains("supplier")).await;

    window.replace_text("[data-testid=try-text]", ANSWER).await;
    window.wait_for("[data-testid=try-answer][data-ok=true]").await;
    let flagged = "return [...document.querySelectorAll('[data-testid=try-value] [data-path]')]\
                   .filter((one) => one.querySelector('[data-testid=flag]')).map((one) => one.dataset.path)";
    let expected = json!(["/total", "/lines", "/lines/0/amount"]);
    window.wait_eval(flagged, |paths| *paths == expected).await;
    let total = window.text("[data-testid=try-value] [data-path=\"/total\"]").await;
    assert!(total.contains("1204.5"), "the value is a number: {total}");
    let logged = "return [...document.querySelectorAll('[data-testid=repair]')].map((one) => one.dataset.path)";
    window.wait_eval(logged, |paths| *paths == expected).await;
    pictures.take(&window, "three-defects").await;

    // What the form changes is in the text and in the front matter, and with it in the version that is saved.
    let supplier = "[data-testid=schema-field-supplier] [data-testid=schema-description]";
    window.replace_text(supplier, "Who is to be paid").await;
    window
        .wait_text("[data-testid=schema-text] .cm-content", "says it too", |text| text.contains("Who is to be paid"))
        .await;
    window.click("[data-testid=part-head]").await;
    window
        .wait_text("[data-testid=front-matter] .cm-content", "says it too", |text| text.contains("Who is to be paid"))
        .await;
    pictures.take(&window, "front-matter").await;
    quit(&app, window).await;
}

#[tokio::test]
async fn a_run_shows_a_draft_then_the_mended_value_with_its_flags_its_log_and_what_was_written() {
    let app = App::new("mended");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    fs::write(app.workspace().join("signalbox.toml"), SLOPPY).expect("the workspace can be written");
    go(&window, "providers").await;
    window.wait_text("[data-testid=screen-providers]", "the change is seen", |text| text.contains("sloppy")).await;
    open_prompt(&window, PROMPT).await;
    window.press("Control+Enter").await;
    window.by_test_id("draft").await;
    pictures.take(&window, "draft").await;
    window.wait_for("[data-testid=output][data-status=done]").await;
    window.by_test_id("fields").await;
    let supplier = window.text("[data-testid=field-supplier]").await;
    assert!(!supplier.contains('\''), "the value is read, not the text: {supplier}");
    window.by_test_id("flag-total").await;
    let logged = "return [...document.querySelectorAll('[data-testid=repair]')].map((one) => one.dataset.path)";
    window.wait_eval(logged, |paths| paths.as_array().is_some_and(|all| all.contains(&json!("/total")))).await;
    window.click("[data-testid=written] summary").await;
    window
        .wait_text("[data-testid=written]", "what the model wrote", |text| text.contains("Here is what you asked for"))
        .await;
    pictures.take(&window, "mended").await;
    go(&window, "live").await;
    window.by_test_id("repair").await;
    pictures.take(&window, "live").await;
    go(&window, "calls").await;
    window.wait_for("[data-testid=calls-row]").await;
    window.click("[data-testid=calls-row]").await;
    window.by_test_id("repair").await;
    pictures.take(&window, "calls").await;
    quit(&app, window).await;
}
