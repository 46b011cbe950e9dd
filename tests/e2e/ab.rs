//! A new person's whole way, with a real model and a real keychain: from the first start to a budget that stops a call,
//! and to the same desk on the next day.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    harness::{App, LIMIT, model::Model, until, window::Window},
    steps::{
        ANSWER_LIMIT, Pictures, TEMPLATE, choose, connected, fill_address, go, invoke, newest_call, open_prompt, quit,
        record, set_limit, set_price, type_at_the_end,
    },
};

const PROMPT: &str = "support/reply";
const MESSAGE: &str = "Ask for short replies";
const ADDED: &str = "Keep the reply under forty words.";
const DRAFT: &str = "Name the order.";
/// Dollars for a million tokens: dear, so that a small model's answers can be seen in a budget.
const PRICE: (u64, u64) = (100, 200);

/// How often the panes are looked at while they stream.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[tokio::test]
async fn two_versions_are_compared_on_a_real_model_until_a_budget_stops_them() {
    let app = App::new("ab");
    let model = Model::start(&app.results()).await;
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;

    connects_at_the_first_start(&window, &model, &mut pictures).await;
    edits_and_saves_version_3(&window, &mut pictures).await;
    sees_the_words_that_changed(&window, &mut pictures).await;
    let calls = compares_2_and_3(&window, &mut pictures).await;
    votes(&window, &mut pictures).await;
    sees_every_decision(&window, &model, &calls, &mut pictures).await;
    is_refused_by_the_budget(&window, &mut pictures).await;

    open_prompt(&window, PROMPT).await;
    type_at_the_end(&window, &format!("\n{DRAFT}")).await;
    let spent = spent(&window).await;
    let panes = pane_texts(&window).await;
    open_prompt(&window, PROMPT).await;
    // Typed and closed at once: the window waits until it is kept.
    type_at_the_end(&window, " Twice.").await;
    quit(&app, window).await;

    let window = app.open().await;
    finds_everything_again(&window, &panes, &spent, &mut pictures).await;
    quit(&app, window).await;
}

async fn connects_at_the_first_start(window: &Window, model: &Model, pictures: &mut Pictures) {
    window.by_test_id("screen-firststart").await;
    window.by_test_id("simulated").await;
    window.wait_for("[data-testid=output][data-status=done]").await;
    pictures.take(window, "first-start").await;
    window.click("[data-testid=other-address]").await;
    fill_address(window, model.base_url(), "").await;
    window
        .wait_text_within("[data-testid=connect-done]", "names the model", LIMIT, |text| text.contains("1 model"))
        .await;
    pictures.take(window, "connected").await;
    go(window, "providers").await;
    let provider = connected(window).await;
    set_price(window, &provider, &PRICE.0.to_string(), &PRICE.1.to_string()).await;
    pictures.take(window, "priced").await;
}

async fn edits_and_saves_version_3(window: &Window, pictures: &mut Pictures) {
    open_prompt(window, PROMPT).await;
    window.by_test_id("version-pill").await;
    type_at_the_end(window, "{{ nmae }}").await;
    window.wait_for("[data-testid=lint-count][data-errors=\"1\"]").await;
    window.wait_for(".cm-lintRange-error").await;
    pictures.take(window, "lint-error").await;
    while window.text(TEMPLATE).await.contains("nmae") {
        window.press("Control+z").await;
    }
    window.wait_gone("[data-testid=lint-count]:not([data-errors=\"0\"])").await;
    window.wait_gone(".cm-lintRange-error").await;
    type_at_the_end(window, ADDED).await;
    window.by_test_id("draft-pill").await;
    pictures.take(window, "edited").await;
    window.press("Control+s").await;
    window.type_text("[data-testid=save-message]", MESSAGE).await;
    pictures.take(window, "save").await;
    window.click("[data-testid=save-confirm]").await;
    window.wait_gone("[data-testid=save-dialog]").await;
    window.wait_text("[data-testid=version-pill]", "becomes version 3", |text| text == "version 3").await;
}

async fn sees_the_words_that_changed(window: &Window, pictures: &mut Pictures) {
    window.press("Control+d").await;
    window.by_test_id("drawer").await;
    window.wait_text("[data-testid=version-3]", "has its message", |text| text.contains(MESSAGE)).await;
    choose(window, "diff-left", "2").await;
    choose(window, "diff-right", "3").await;
    let inserted =
        "return [...document.querySelectorAll('[data-testid=diff] ins')].map((one) => one.textContent).join('')";
    window.wait_eval(inserted, |text| text.as_str().is_some_and(|text| text.trim() == ADDED)).await;
    assert_eq!(window.count("[data-testid=diff] del").await, 0, "nothing was taken away");
    pictures.take(window, "difference").await;
    window.press("Control+d").await;
    window.wait_gone("[data-testid=drawer]").await;
}

/// Runs both versions and returns their calls.
async fn compares_2_and_3(window: &Window, pictures: &mut Pictures) -> [String; 2] {
    window.click("[data-testid=editor-more]").await;
    window.click("[data-testid=editor-more-compare]").await;
    window.wait_for("[data-testid=compare][data-ready=true]").await;
    for (pane, version) in [("A", "2"), ("B", "3")] {
        choose(window, &format!("pane-{pane}-version"), version).await;
    }
    window.press("Control+Shift+Enter").await;
    let seen = streams_in_both(window, pictures).await;
    assert!(seen, "both panes streamed at the same time");
    pictures.take(window, "compared").await;
    let calls = invoke(window, "call_list", json!({ "request": { "before": null, "limit": 2, "prompt": null } })).await;
    let calls = calls.expect("calls are listed");
    let of = |version: u64| {
        let found = calls["calls"].as_array().into_iter().flatten().find(|call| call["prompt"]["version"] == version);
        found.and_then(|call| call["id"].as_str()).expect("each version has its call").to_owned()
    };
    [of(2), of(3)]
}

/// Watches both panes until their answers have ended; whether there was a moment with text in both and an end in none.
async fn streams_in_both(window: &Window, pictures: &mut Pictures) -> bool {
    let script = "return ['A', 'B'].map((pane) => [\
                  document.querySelector(`[data-testid=pane-${pane}]`)?.dataset.status ?? '',\
                  document.querySelector(`[data-testid=pane-${pane}-text]`)?.textContent?.length ?? 0])";
    let deadline = Instant::now() + ANSWER_LIMIT;
    let mut together = false;
    let mut longest: [u64; 2] = [0, 0];
    let mut steps = 0;
    loop {
        let panes: Vec<(String, u64)> =
            serde_json::from_value(window.eval(script, Vec::new()).await).expect("panes have status and text");
        let grew = panes.iter().zip(longest).all(|((_, length), before)| *length > before);
        longest = [panes[0].1, panes[1].1];
        if panes.iter().all(|(status, length)| status == "running" && *length > 0) {
            steps += usize::from(grew);
            if !together {
                pictures.take(window, "streaming").await;
            }
            together = true;
        }
        if panes.iter().all(|(status, length)| status == "done" && *length > 0) {
            return together && steps > 1;
        }
        assert!(Instant::now() < deadline, "both answers end in time: {panes:?}");
        assert!(panes.iter().all(|(status, _)| !["failed", "refused"].contains(&status.as_str())), "{panes:?}");
        // The page, the model and this test share two processors.
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn votes(window: &Window, pictures: &mut Pictures) {
    window.press("b").await;
    window.wait_for("[data-testid=vote][data-vote=B]").await;
    window.wait_text("[data-testid=vote-count]", "counts the vote", |text| text == "1 voted").await;
    pictures.take(window, "voted").await;
}

/// What Live shows of both calls equals what the model's server counted.
async fn sees_every_decision(window: &Window, model: &Model, calls: &[String; 2], pictures: &mut Pictures) {
    go(window, "live").await;
    for call in calls {
        window.click(&format!("[data-testid=live-call][data-call=\"{call}\"]")).await;
        let record = record(window, call).await;
        let usage = &record["call"]["usage"];
        let (input, output) = (number(&usage["input"]), number(&usage["output"]));
        assert!(input > 0 && output > 0, "{usage}");
        assert!(
            model.counted(input, output),
            "the server counted {input} and {output} tokens for one request; its log:\n{}",
            model.log()
        );
        // Dollars for a million tokens are thousandths of a nano-dollar for one, times a million.
        let cost = (input * PRICE.0 + output * PRICE.1) * 1000;
        assert_eq!(number(&record["call"]["settlement"]["amount"]), cost, "{}", record["call"]["settlement"]);

        for stage in ["render", "route", "hold", "attempt 1", "settle"] {
            window.wait_for(&format!("[data-testid=decision][data-stage=\"{stage}\"]")).await;
        }
        let facts = format!("{} in, {} out", grouped(input), grouped(output));
        window.wait_text("[data-testid=call-facts]", "has the tokens", |text| text.contains(&facts)).await;
    }
    pictures.take(window, "live").await;
}

async fn is_refused_by_the_budget(window: &Window, pictures: &mut Pictures) {
    go(window, "budgets").await;
    let settled = window.text("[data-testid=budget-settled]").await;
    let cents: u64 = settled.replace(['$', '.', ','], "").parse().expect("an amount with two digits");
    assert!(cents > 0, "the two answers cost something");
    let limit = format!("${}.{:02}", (cents + 1) / 100, (cents + 1) % 100);
    set_limit(window, &limit).await;
    pictures.take(window, "limit").await;

    go(window, "compare").await;
    window.click("[data-testid=run-all]").await;
    for pane in ["A", "B"] {
        window.wait_for(&format!("[data-testid=pane-{pane}][data-status=refused]")).await;
        let refusal = format!("[data-testid=pane-{pane}] [data-testid=refusal]");
        let says = window.wait_text(&refusal, "is there", |text| !text.is_empty()).await;
        for part in [limit.as_str(), "needs up to $0.", "It resets at"] {
            assert!(says.contains(part), "the refusal says {part}: {says}");
        }
        assert!(says.starts_with("project:"), "the refusal begins with its scope: {says}");
    }
    pictures.take(window, "refused").await;
    go(window, "live").await;
    newest_call(window, "refused").await;
}

/// What Budgets says is settled.
async fn spent(window: &Window) -> String {
    go(window, "budgets").await;
    window.text("[data-testid=budget-settled]").await
}

/// The text of each pane of Compare, with its vote.
async fn pane_texts(window: &Window) -> Value {
    go(window, "compare").await;
    window.wait_for("[data-testid=compare][data-ready=true]").await;
    window.by_test_id("pane-B").await;
    window.wait_for("[data-testid=pane-B][data-status=refused]").await;
    let script = "return ['A', 'B'].map((pane) => document.querySelector(`[data-testid=pane-${pane}]`).innerText)";
    window.eval(script, Vec::new()).await
}

async fn finds_everything_again(window: &Window, panes: &Value, spent_before: &str, pictures: &mut Pictures) {
    // The place where the window was left.
    window.wait_for(&format!("[data-testid=editor][data-prompt=\"{PROMPT}\"][data-ready=true]")).await;
    window.by_test_id("draft-pill").await;
    // The editor draws the lines in view, once it has measured how many those are.
    let end = format!("{ADDED}\n{DRAFT} Twice.");
    window.wait_text(TEMPLATE, "ends as the draft did", |text| text.ends_with(&end)).await;
    pictures.take(window, "next-day-draft").await;
    assert_eq!(spent(window).await, spent_before);
    let again = until(LIMIT, async || {
        let now = pane_texts(window).await;
        if &now == panes { Ok(()) } else { Err(now) }
    });
    let again = again.await;
    assert_eq!(again.err(), None, "the panes are as they were: {panes}");
    window.wait_text("[data-testid=vote-count]", "still counts the vote", |text| text == "1 voted").await;
    pictures.take(window, "next-day-compare").await;
    open_prompt(window, PROMPT).await;
    window.press("Control+d").await;
    window.by_test_id("drawer").await;
    window.wait_text("[data-testid=version-3]", "has its message", |text| text.contains(MESSAGE)).await;
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// `1,234`, as the window writes counts.
fn grouped(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}
