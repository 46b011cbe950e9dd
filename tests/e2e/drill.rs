//! A drill in the real window: the limit, the wait, the fallback and the cool-down as they happen.

use crate::{
    harness::App,
    steps::{Pictures, go, quit, skip_first_start},
};

#[tokio::test]
async fn a_rate_limit_storm_shows_the_wait_the_fallback_and_the_cool_down() {
    let app = App::new("drill");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    go(&window, "live").await;
    window.click("[data-testid=live-drills]").await;
    window.by_test_id("live-drills-rate-limit-storm").await;
    pictures.take(&window, "menu").await;
    window.click("[data-testid=live-drills-rate-limit-storm]").await;
    for told in ["429", "1 s for drill-large, as the provider asks", "cools down for", "drill-small is next"] {
        window.wait_text("[data-testid=decisions]", told, |text| text.contains(told)).await;
    }
    window.wait_for("[data-testid=decision][data-stage=settle]").await;
    window.wait_text("[data-testid=degraded-reason]", "it is degraded", |text| text.contains("drill-small")).await;
    // The wait stands in the waterfall with its length, before the attempt that followed it.
    let bar = "[data-testid=decision] [data-bar=pause]";
    window.wait_for(bar).await;
    let waited = window.attribute(bar, "title").await.unwrap_or_default();
    assert!(waited.starts_with("waited 1") && waited.ends_with("before it"), "{waited}");
    window.by_test_id("cool-down").await;
    let left = window.text("[data-testid=cool-down]").await;
    window.wait_text("[data-testid=cool-down]", "it counts down", |text| text != left).await;
    pictures.take(&window, "storm").await;
    go(&window, "calls").await;
    window.wait_for("[data-testid=calls-row]").await;
    window.click("[data-testid=calls-row]").await;
    window.by_test_id("waterfall").await;
    pictures.take(&window, "history").await;
    quit(&app, window).await;
}
