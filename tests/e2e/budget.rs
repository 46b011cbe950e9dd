//! A limit that is used up in the real window: a notice at 80 per cent, a lower tier at 90, a refusal at 100.

use std::fs;

use serde_json::{Value, json};

use crate::{
    harness::{App, LIMIT, desktop::Desktop, until, window::Window},
    steps::{Pictures, go, invoke, open_prompt, quit, skip_first_start},
};

/// Ten calls a day. The first eight answers come at once; those after them are slow enough to be seen under way.
const WORKSPACE: &str = r#"[workspace]
name = "starter"
project = "starter"

[providers.simulated]
kind = "simulated"
pace = "0ms"
faults = "ok*8, slow(120)*9"

[models.simulated-small]
provider = "simulated"
tier = "simple"
price = { input = "1.00", output = "4.00" }

[models.simulated-large]
provider = "simulated"
tier = "standard"
price = { input = "5.00", output = "25.00" }

[routes.default]
generate = { standard = ["simulated-large"], simple = ["simulated-small"] }

[budgets.calls]
scope = "project:*"
limit = "10 requests"
degrade = ["cheaper_tier"]

[budgets.month]
scope = "project:*"
period = "month"
limit = "$20.00"
"#;

const SETTING: &str = "notify.budgets";

#[tokio::test]
async fn at_80_per_cent_it_tells_at_90_a_lower_tier_answers_and_at_100_calls_are_refused() {
    let desktop = Desktop::start().await;
    let app = App::new("budget");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    fs::write(app.workspace().join("signalbox.toml"), WORKSPACE).expect("the workspace can be written");
    until(LIMIT, async || if used(&window).await.is_some() { Ok(()) } else { Err("the new budget isn't read") })
        .await
        .expect("the change of the file is seen");
    // The desktop isn't told, only the window is: so whatever the desktop is told later was told later.
    notify(&window, false).await;

    open_prompt(&window, "support/reply").await;
    for wanted in 2..=7 {
        run(&window, wanted).await;
    }
    assert_eq!(window.count("[data-testid=budget-alert]").await, 0, "nothing is told before the threshold");
    run(&window, 8).await;
    let told = window.wait_text("[data-testid=budget-alert]", "tells", |text| text.contains("80 %")).await;
    assert!(told.contains("budget nearly used") && told.contains("8 requests of 10 requests"), "{told}");
    pictures.take(&window, "told").await;
    window.click("[data-testid=budget-alert-open]").await;
    window.wait_for("[data-testid=frame][data-screen=budgets]").await;
    window.wait_text("[data-testid=budget-signal]", "warns", |text| text.contains("over 80 %")).await;
    notify(&window, true).await;

    open_prompt(&window, "support/reply").await;
    run(&window, 9).await;
    window.press("Control+Enter").await;
    window.wait_for("[data-testid=output][data-status=running]").await;
    go(&window, "budgets").await;
    let bar = "[data-testid=budget-row][data-name=calls] [data-testid=budget-meter]";
    until(LIMIT, async || match window.attribute(bar, "aria-label").await {
        Some(label) if label == "9 settled and 1 held of 10" => Ok(()),
        other => Err(other),
    })
    .await
    .expect("the bar shows what is settled and what is held");
    let row = "[data-testid=budget-row][data-name=calls]";
    window.wait_text(&format!("{row} [data-testid=budget-held]"), "is held", |text| text == "1").await;
    window.wait_text(&format!("{row} [data-testid=budget-left]"), "nothing is left", |text| text == "0").await;
    pictures.take(&window, "held").await;
    let shown = desktop.shown(1).await;
    assert_eq!(shown[0].application, "Signalbox");
    assert_eq!(shown[0].title, "The budget calls makes answers cheaper", "and it told of nothing before: {shown:?}");
    assert!(shown[0].body.contains("project:starter") && shown[0].body.contains("90 %"), "{shown:?}");

    go(&window, "live").await;
    window.wait_for("[data-testid=decision][data-cause=degraded]").await;
    let reason = window.wait_text("[data-testid=degraded-reason]", "says why", |text| text.contains("90 %")).await;
    assert!(reason.contains("stepped down from tier standard to simple"), "{reason}");
    window.wait_for("[data-testid=decision][data-stage=settle]").await;
    pictures.take(&window, "stepped-down").await;

    open_prompt(&window, "support/reply").await;
    window.press("Control+Enter").await;
    window.wait_for("[data-testid=output][data-status=refused]").await;
    window.wait_text("[data-testid=output]", "says when it opens again", |text| text.contains("00:00")).await;
    window.wait_text("[data-testid=budget-alert]", "tells", |text| text.contains("calls refused")).await;
    pictures.take(&window, "refused").await;
    let shown = desktop.shown(2).await;
    assert_eq!(shown[1].title, "The budget calls refuses calls");
    window.wait_text("[data-testid=spend]", "names it", |text| text.contains("calls stopped")).await;
    window.click("[data-testid=spend]").await;
    window.wait_for("[data-testid=frame][data-screen=budgets]").await;
    window.wait_text("[data-testid=budget-signal]", "says until when", |text| text.contains("stopped until")).await;
    window.wait_text("[data-testid=budget-told]", "keeps it", |text| text.contains("refused, 1")).await;
    window.wait_text("[data-testid=usage-rows]", "says which prompt", |text| text.contains("support/reply")).await;
    window.click("[data-testid=budget-alert-close]").await;
    pictures.take(&window, "stopped").await;
    window.press("e").await;
    window.replace_text("[data-testid=budget-limit]", "5").await;
    window.wait_text("[data-testid=budget-past]", "looks back", |text| text.contains("have refused 5 of 10")).await;
    pictures.take(&window, "preview").await;
    window.resize(900, 600).await;
    window.by_test_id("budget-tabs").await;
    pictures.take(&window, "narrow").await;
    quit(&app, window).await;
}

/// How many requests are settled in the budget of calls, if the window knows it.
async fn used(window: &Window) -> Option<u64> {
    let list = invoke(window, "budget_list", json!({ "request": {} })).await.ok()?;
    let budgets = list["budgets"].as_array()?;
    budgets.iter().find(|budget| budget["name"] == "calls")?["settled"].as_u64()
}

/// Runs the prompt in the editor, until so many calls are settled.
async fn run(window: &Window, wanted: u64) {
    window.press("Control+Enter").await;
    until(LIMIT, async || match used(window).await {
        Some(used) if used == wanted => Ok(()),
        other => Err(other),
    })
    .await
    .unwrap_or_else(|used| panic!("{wanted} calls are settled, and not {used:?}"));
    window.wait_for("[data-testid=output][data-status=done]").await;
}

/// Says in the settings whether the desktop is told, and waits until that is kept.
async fn notify(window: &Window, on: bool) {
    go(window, "settings").await;
    let switch = "[data-testid=notify-budgets]";
    if window.attribute(switch, "aria-checked").await.as_deref() != Some(if on { "true" } else { "false" }) {
        window.click(switch).await;
    }
    until(LIMIT, async || {
        let session = invoke(window, "session_get", json!({ "request": {} })).await;
        let kept = session.ok().map(|session| session["values"][SETTING].clone());
        if kept == Some(Value::Bool(on)) { Ok(()) } else { Err(kept) }
    })
    .await
    .expect("the choice is kept");
}
