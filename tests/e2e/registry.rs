//! A prompt of another tool on its way into use, without a mouse: imported, edited, looked at, saved, put into production
//! and taken back.

use std::fs;

use crate::{
    harness::{App, window::Window},
    steps::{Pictures, TEMPLATE, quit},
};

const PROMPTFOO: &str = "\
description: Answers of the help desk
prompts:
- id: desk
  label: desk/answer
  raw: |-
    You answer for {{ shop }}. Be short.
    Mail: {{ mail }}
tests:
- description: late parcel
  vars:
    shop: Harbour Outdoor
    mail: Where is my parcel?
  assert:
  - type: contains
    value: sorry
";
const ADDED: &str = "Say sorry once.";
const MESSAGE: &str = "One apology";

#[tokio::test]
async fn a_prompt_is_imported_edited_saved_put_into_production_and_rolled_back_by_keyboard() {
    let app = App::new("registry");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    window.by_test_id("screen-firststart").await;
    let file = app.workspace().join("old desk/promptfooconfig.yaml");
    fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder can be made");
    fs::write(&file, PROMPTFOO).expect("a file can be written");

    run_command(&window, "Open Library").await;
    window.by_test_id("library-list").await;
    let prompt = imports(&window, &file.display().to_string(), &mut pictures).await;

    // What is imported is in use first, so that there is something to compare with and to go back to.
    window.press("Control+l").await;
    window.wait_text("[data-testid=label-dialog]", "asks", |text| text.contains("Set production to version 1?")).await;
    window.press("Enter").await;
    window.wait_text("[data-testid=label-production]", "is set", |text| text == "production 1").await;

    edits_and_saves(&window, &mut pictures).await;
    compares_with_production(&window, &mut pictures).await;

    window.press("Control+l").await;
    let asked =
        window.wait_text("[data-testid=label-change]", "names what is replaced", |text| text.contains("so")).await;
    assert!(asked.contains("production moves from 1 to 2"), "{asked}");
    pictures.take(&window, "production").await;
    window.press("Enter").await;
    window.wait_text("[data-testid=label-production]", "has moved", |text| text == "production 2").await;

    window.press("Control+Shift+l").await;
    let asked = window.wait_text("[data-testid=label-dialog]", "asks", |text| text.contains("Roll back")).await;
    assert!(asked.contains("Roll back production to version 1?"), "{asked}");
    pictures.take(&window, "roll-back").await;
    window.press("Enter").await;
    window.wait_text("[data-testid=label-production]", "is back", |text| text == "production 1").await;
    pictures.take(&window, "rolled-back").await;

    let folder = app.workspace().join("prompts").join(&prompt);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(read("labels.toml").contains("production = 1"), "{}", read("labels.toml"));
    assert!(!read("1.prompty").contains(ADDED) && read("2.prompty").contains(ADDED), "both versions are kept");
    assert!(read("values.yaml").contains("Where is my parcel?"));
    assert_eq!(read("history.jsonl").lines().count(), 3, "{}", read("history.jsonl"));
    quit(&app, window).await;
}

/// Imports by a path that is typed, and opens the prompt. Returns its name.
async fn imports(window: &Window, path: &str, pictures: &mut Pictures) -> String {
    window.press("Control+i").await;
    has_keyboard(window, "import-path").await;
    window.type_keys(path).await;
    window.press("Enter").await;
    window.wait_text("[data-testid=import-summary]", "counts", |text| text.contains("1 new prompt")).await;
    let lost = window.text("[data-testid=losses]").await;
    assert!(lost.contains("assert"), "what can't be carried is said before anything is written: {lost}");
    pictures.take(window, "import").await;
    window.press("Enter").await;
    window.wait_gone("[data-testid=import-dialog]").await;
    window.wait_text("[data-testid=toast]", "tells", |text| text.contains("Imported 1 new prompt")).await;
    pictures.take(window, "imported").await;
    window.press("Enter").await;
    window.wait_for("[data-testid=editor][data-ready=true]").await;
    window.attribute("[data-testid=editor]", "data-prompt").await.expect("an editor has its prompt")
}

async fn edits_and_saves(window: &Window, pictures: &mut Pictures) {
    window.press("Control+1").await;
    window
        .wait_eval("return document.activeElement?.closest('[data-testid=template]') !== null", |is| is == true)
        .await;
    window.press("Control+End").await;
    window.press("Enter").await;
    window.type_keys(ADDED).await;
    window.wait_text(TEMPLATE, "has what was typed", |text| text.ends_with(ADDED)).await;
    window.by_test_id("draft-pill").await;
    window.press("Control+s").await;
    let shown =
        "return [...document.querySelectorAll('[data-testid=save-review] ins')].map((one) => one.textContent).join('')";
    window.wait_eval(shown, |text| text.as_str().is_some_and(|text| text.trim() == ADDED)).await;
    has_keyboard(window, "save-message").await;
    window.type_keys(MESSAGE).await;
    assert_eq!(window.value("[data-testid=save-message]").await, MESSAGE);
    pictures.take(window, "review").await;
    window.press("Enter").await;
    window.wait_gone("[data-testid=save-dialog]").await;
    window.wait_text("[data-testid=version-pill]", "becomes version 2", |text| text == "version 2").await;
}

async fn compares_with_production(window: &Window, pictures: &mut Pictures) {
    window.press("Control+d").await;
    window.wait_text("[data-testid=diff-left]", "is what is in use", |text| text.contains("1 production")).await;
    window.wait_text("[data-testid=version-2]", "has its message", |text| text.contains(MESSAGE)).await;
    let inserted =
        "return [...document.querySelectorAll('[data-testid=diff] ins')].map((one) => one.textContent).join('')";
    window.wait_eval(inserted, |text| text.as_str().is_some_and(|text| text.trim() == ADDED)).await;
    pictures.take(window, "difference").await;
    window.press("Control+d").await;
    window.wait_gone("[data-testid=drawer]").await;
}

/// Waits until what is typed goes into this field.
async fn has_keyboard(window: &Window, id: &str) {
    let script = "return document.activeElement?.dataset.testid ?? ''";
    window.wait_eval(script, |focused| focused == id).await;
}

/// Runs a command by its title in the palette.
async fn run_command(window: &Window, title: &str) {
    window.press("Control+k").await;
    has_keyboard(window, "palette-input").await;
    window.type_keys(title).await;
    window.wait_text("[data-testid=palette]", "offers it", |text| text.contains(title)).await;
    window.press("Enter").await;
    window.wait_gone("[data-testid=palette]").await;
}
