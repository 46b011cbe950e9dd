//! The window opens.

use crate::harness::App;

#[tokio::test]
async fn the_window_opens_and_shows_its_frame() {
    let app = App::new("start");
    let window = app.open().await;
    window.by_test_id("frame").await;
    window.screenshot(&app.results().join("start.png")).await;
    window.close().await;
}

#[tokio::test]
async fn the_window_opens_in_the_locale_c() {
    let app = App::new("start-locale-c").with("LANG", "C");
    let window = app.open().await;
    window.by_test_id("frame").await;
    window.close().await;
}
