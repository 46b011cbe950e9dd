//! What a person does on the screens, in the order in which it is seen there.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{App, LIMIT, until, window::Window};

/// A real answer on a busy machine takes its time.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_mins(5);

/// The cursor's home in the editor.
pub(crate) const TEMPLATE: &str = "[data-testid=template] .cm-content";

/// What the pictures of a flow are numbered by.
pub(crate) struct Pictures {
    folder: PathBuf,
    taken: usize,
}

impl Pictures {
    pub(crate) fn of(app: &App) -> Self {
        Self { folder: app.results(), taken: 0 }
    }

    pub(crate) async fn take(&mut self, window: &Window, step: &str) {
        self.taken += 1;
        window.screenshot(&self.folder.join(format!("{:02}-{step}.png", self.taken))).await;
    }
}

/// Opens a screen by the rail.
pub(crate) async fn go(window: &Window, screen: &str) {
    window.click(&format!("[data-testid=rail-{screen}]")).await;
    window.wait_for(&format!("[data-testid=frame][data-screen={screen}]")).await;
}

/// Leaves the first start by its button.
pub(crate) async fn skip_first_start(window: &Window) {
    window.by_test_id("screen-firststart").await;
    window.click("[data-testid=firststart-skip]").await;
    window.wait_for("[data-testid=frame][data-screen=editor]").await;
}

/// Opens a prompt by its line in Library.
pub(crate) async fn open_prompt(window: &Window, name: &str) {
    go(window, "library").await;
    window.click("[data-testid=library-filter]").await;
    window.replace_text("[data-testid=library-filter]", name).await;
    let row = format!("[data-testid=library-row][data-name=\"{name}\"]");
    window.click(&row).await;
    window.click("[data-testid=library-filter]").await;
    window.press("Enter").await;
    window.wait_for(&format!("[data-testid=editor][data-prompt=\"{name}\"][data-ready=true]")).await;
}

/// Connects a server by its address in Providers, and returns the name that the provider got.
pub(crate) async fn connect(window: &Window, base_url: &str, key: &str) -> String {
    go(window, "providers").await;
    window.click("[data-testid=provider-add]").await;
    fill_address(window, base_url, key).await;
    connected(window).await
}

/// Fills the form for an address and sends it.
pub(crate) async fn fill_address(window: &Window, base_url: &str, key: &str) {
    window.type_text("[data-testid=connect-address] [data-testid=connect-address-input]", base_url).await;
    if !key.is_empty() {
        window.type_text("[data-testid=connect-address] [data-testid=connect-key-input]", key).await;
    }
    window.click("[data-testid=connect-address] [data-testid=connect-submit]").await;
}

/// Waits for the provider that isn't the simulated one, and returns its name.
pub(crate) async fn connected(window: &Window) -> String {
    let row = "[data-testid=provider-row]:not([data-name=simulated])";
    window.attribute(row, "data-name").await.expect("a line of a provider has its name")
}

/// Sets the price of the only model of a provider, in dollars for a million tokens.
pub(crate) async fn set_price(window: &Window, provider: &str, input: &str, output: &str) {
    go(window, "providers").await;
    window.click(&format!("[data-testid=provider-row][data-name=\"{provider}\"]")).await;
    // A server of this machine is free until it gets a price.
    window.click("[data-testid=set-price],[data-testid=change-price]").await;
    window.replace_text("[data-testid=price-input]", input).await;
    window.replace_text("[data-testid=price-output]", output).await;
    window.click("[data-testid=price-save]").await;
    window.wait_gone("[data-testid=price-dialog]").await;
    window.wait_text("[data-testid=model-row]", "has the own price", |text| text.contains("yours")).await;
}

/// Sets the limit of the day.
pub(crate) async fn set_limit(window: &Window, limit: &str) {
    go(window, "budgets").await;
    window.click("[data-testid=budget-edit]").await;
    window.replace_text("[data-testid=budget-limit]", limit).await;
    window.click("[data-testid=budget-save]").await;
    window.wait_gone("[data-testid=budget-form]").await;
}

/// Chooses in a list that opens at a button.
pub(crate) async fn choose(window: &Window, list: &str, value: &str) {
    if window.attribute(&format!("[data-testid=\"{list}\"]"), "data-value").await.as_deref() == Some(value) {
        return;
    }
    window.click(&format!("[data-testid=\"{list}\"]")).await;
    window.click(&format!("[data-testid=\"{list}-{value}\"]")).await;
    window.wait_for(&format!("[data-testid=\"{list}\"][data-value=\"{value}\"]")).await;
}

/// Types at the end of the template.
pub(crate) async fn type_at_the_end(window: &Window, text: &str) {
    window.click(TEMPLATE).await;
    window.press("Control+End").await;
    window.type_keys(text).await;
}

/// Puts a prompt of one version into the workspace, as somebody with another editor would.
pub(crate) fn write_prompt(workspace: &Path, name: &str, most_tokens: u32, text: &str) {
    let folder = workspace.join("prompts").join(name);
    fs::create_dir_all(&folder).expect("a folder in the workspace can be made");
    let head = format!(
        "name: {name}\nmodel:\n  options:\n    temperature: 0\n    maxOutputTokens: {most_tokens}\ninputs: []\n"
    );
    fs::write(folder.join("1.prompty"), format!("---\n{head}---\n{text}")).expect("a prompt can be written");
}

/// A task that a small model doesn't finish soon.
pub(crate) const LONG_TASK: &str = "user:\nTell a long story about an old signal box, in many chapters.\n";

/// What the core answers to a command of the window.
pub(crate) async fn invoke(window: &Window, command: &str, arguments: Value) -> Result<Value, Value> {
    let script = "return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])\
                  .then((value) => ({ value }), (error) => ({ error }))";
    let answer = window.eval(script, vec![json!(command), arguments]).await;
    match answer.get("error") {
        Some(error) => Err(error.clone()),
        None => Ok(answer["value"].clone()),
    }
}

/// The record of a call, as Live's "Copy record" has it.
pub(crate) async fn record(window: &Window, call: &str) -> Value {
    let answer = invoke(window, "call_get", json!({ "request": { "call": call } })).await;
    answer.unwrap_or_else(|error| panic!("call {call} has no record: {error}"))
}

/// Ends the app as the system does when its user logs out, and waits until it has gone.
pub(crate) async fn quit(app: &App, window: Window) {
    app.terminate().await;
    drop(window);
}

/// The calls that Live lists, newest first, as `(id, status)`.
pub(crate) async fn listed_calls(window: &Window) -> Vec<(String, String)> {
    let script = "return [...document.querySelectorAll('[data-testid=live-call]')]\
                  .map((row) => [row.dataset.call, row.dataset.status])";
    let rows = window.wait_eval(script, |rows| rows.as_array().is_some_and(|rows| !rows.is_empty())).await;
    serde_json::from_value(rows).expect("lines of calls have an id and a status")
}

/// Waits until the newest call of Live has this status, and returns its id.
pub(crate) async fn newest_call(window: &Window, status: &str) -> String {
    let calls = until(LIMIT, async || {
        let calls = listed_calls(window).await;
        if calls[0].1 == status { Ok(calls) } else { Err(calls) }
    })
    .await;
    let calls = calls.unwrap_or_else(|last| panic!("the newest call never was {status}: {last:?}"));
    calls[0].0.clone()
}
