//! A large workspace and a long text.

use std::fmt::Write as _;

use crate::{
    harness::{App, window::Window},
    steps::{Pictures, TEMPLATE, go, open_prompt, quit, skip_first_start, type_at_the_end, write_prompt},
};

const PROMPTS: usize = 1000;
const LINES: usize = 2000;

#[tokio::test]
async fn a_thousand_prompts_are_listed_and_filtered_and_two_thousand_lines_take_typing() {
    let app = App::new("scale");
    let mut pictures = Pictures::of(&app);
    // The first start makes the workspace.
    let window = app.open().await;
    skip_first_start(&window).await;
    quit(&app, window).await;
    for number in 0..PROMPTS {
        write_prompt(
            &app.workspace(),
            &format!("many/group-{:02}/prompt-{number:04}", number / 50),
            100,
            "user:\nHi\n",
        );
    }
    let mut long = String::from("user:\n");
    for line in 1..=LINES {
        writeln!(long, "Line {line} of a long text").expect("a string takes text");
    }
    write_prompt(&app.workspace(), "long/text", 100, &long);

    let window = app.open().await;
    go(&window, "library").await;
    window.wait_text("[data-testid=library-count]", "counts them", |text| text.starts_with("1,006 prompts")).await;
    window.by_test_id("library-row").await;
    shows_only_what_is_seen(&window).await;
    pictures.take(&window, "library").await;

    // Typed letter by letter, as a person does; each narrows the list further.
    window.click("[data-testid=library-filter]").await;
    window.type_keys("prompt-07").await;
    window.wait_for("[data-testid=library-row][data-name=\"many/group-14/prompt-0700\"]").await;
    window.wait_gone("[data-testid=library-row][data-name=\"many/group-00/prompt-0000\"]").await;
    shows_only_what_is_seen(&window).await;
    window.type_keys("77").await;
    let names = "return [...document.querySelectorAll('[data-testid=library-row]')].map((row) => row.dataset.name)\
                 .filter((name) => name.includes('prompt-'))";
    let only = |names: &serde_json::Value| names == &serde_json::json!(["many/group-15/prompt-0777"]);
    window.wait_eval(names, only).await;
    pictures.take(&window, "filtered").await;

    open_prompt(&window, "long/text").await;
    type_at_the_end(&window, "The end, typed by hand").await;
    window.wait_text(TEMPLATE, "has what was typed", |text| text.ends_with("The end, typed by hand")).await;
    window.by_test_id("draft-pill").await;
    pictures.take(&window, "long-text").await;
    quit(&app, window).await;
}

/// However long the list is, the page holds few of its lines.
async fn shows_only_what_is_seen(window: &Window) {
    let rows = window.count("[data-testid=library-row]").await;
    assert!((1..=80).contains(&rows), "{rows} rows are in the page");
}
