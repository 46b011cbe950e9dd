//! The window, as its user sees it: things that are displayed, clicks, keys and texts.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    LIMIT,
    driver::Driver,
    keys, picture, until,
    webdriver::{Element, Refusal, Session},
};

/// A window of the running app. Dropping it ends the driver and the app.
pub(crate) struct Window {
    session: Session,
    // Only here to live as long as the window.
    _driver: Driver,
    results: PathBuf,
}

/// The selector of the element with this `data-testid`.
pub(crate) fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

impl Window {
    pub(super) async fn open(driver: Driver, program: &Path, results: PathBuf) -> Self {
        match Session::start(driver.url(), program).await {
            Ok(session) => Self { session, _driver: driver, results },
            Err(refusal) => panic!("the driver can't start {}: {refusal}", program.display()),
        }
    }

    /// The first displayed element that the selector finds. Waits for it.
    pub(crate) async fn wait_for(&self, css: &str) -> Element {
        self.wait_for_within(css, LIMIT).await
    }

    /// As [`Window::wait_for`], with its own limit.
    pub(crate) async fn wait_for_within(&self, css: &str, limit: Duration) -> Element {
        let found = until(limit, async || self.displayed(css).await).await;
        match found {
            Ok(element) => element,
            Err(last) => self.fail(&format!("`{css}` is not displayed: {last}")).await,
        }
    }

    /// The first displayed element with this `data-testid`. Waits for it.
    pub(crate) async fn by_test_id(&self, id: &str) -> Element {
        self.wait_for(&test_id(id)).await
    }

    /// Waits until the selector finds nothing that is displayed.
    pub(crate) async fn wait_gone(&self, css: &str) {
        let gone = until(LIMIT, async || match self.displayed(css).await {
            Err(Objection::NotThere) => Ok(()),
            Err(other) => Err(other.to_string()),
            Ok(_) => Err("it is displayed".to_owned()),
        })
        .await;
        if let Err(last) = gone {
            self.fail(&format!("`{css}` has not gone: {last}")).await;
        }
    }

    /// How many elements the selector finds now, displayed or not.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.session.find_all(css).await.expect("the page can be searched").len()
    }

    /// Clicks the element as soon as it is displayed, enabled and not covered.
    pub(crate) async fn click(&self, css: &str) {
        self.act(css, "clicked", async |element: Element| element.click().await).await;
    }

    /// Types into the element, after what it holds.
    pub(crate) async fn type_text(&self, css: &str, text: &str) {
        self.act(css, "typed into", async |element: Element| element.type_text(text).await).await;
    }

    /// Selects everything in the element and types over it.
    pub(crate) async fn replace_text(&self, css: &str, text: &str) {
        self.click(css).await;
        self.press("Control+a").await;
        self.type_keys(text).await;
    }

    /// Types into whatever has the focus, letter by letter.
    pub(crate) async fn type_keys(&self, text: &str) {
        self.perform(keys::typing(text)).await;
    }

    /// Presses keys together, and lets them go: `Enter`, `Control+Enter`, `Control+Shift+p`, `ArrowDown`.
    pub(crate) async fn press(&self, combination: &str) {
        self.perform(keys::combination(combination)).await;
    }

    /// The text of the element as it is displayed.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.wait_text(css, "is there", |_| true).await
    }

    /// Waits until the element's displayed text is accepted, and returns it. `what` completes "its text …" in the
    /// message of a failure.
    pub(crate) async fn wait_text(&self, css: &str, what: &str, accepted: impl Fn(&str) -> bool) -> String {
        self.wait_text_within(css, what, LIMIT, accepted).await
    }

    /// As [`Window::wait_text`], with its own limit.
    pub(crate) async fn wait_text_within(
        &self,
        css: &str,
        what: &str,
        limit: Duration,
        accepted: impl Fn(&str) -> bool,
    ) -> String {
        let text = until(limit, async || {
            let text = self.displayed(css).await?.text().await?;
            if accepted(&text) { Ok(text) } else { Err(Objection::Text(text)) }
        })
        .await;
        match text {
            Ok(text) => text,
            Err(last) => self.fail(&format!("the text of `{css}` never {what}: {last}")).await,
        }
    }

    /// The value of a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let element = self.wait_for(css).await;
        element.property("value").await.expect("a property can be read").as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of the element.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.wait_for(css).await.attribute(name).await.expect("an attribute can be read")
    }

    /// Runs the body of a function in the page; `arguments[0]` and so on are `arguments`. The answer is what it
    /// returns.
    pub(crate) async fn eval(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.session.run(body, &arguments).await {
            Ok(answer) => answer,
            Err(error) => self.fail(&format!("`{body}` failed: {error}")).await,
        }
    }

    /// Runs the body of a function in the page until its answer is accepted, and returns that.
    pub(crate) async fn wait_eval(&self, body: &str, accepted: impl Fn(&Value) -> bool) -> Value {
        let answer = until(LIMIT, async || match self.session.run(body, &[]).await {
            Ok(answer) if accepted(&answer) => Ok(answer),
            Ok(answer) => Err(answer.to_string()),
            Err(error) => Err(error.to_string()),
        })
        .await;
        match answer {
            Ok(answer) => answer,
            Err(last) => self.fail(&format!("`{body}` never gave what was wanted: {last}")).await,
        }
    }

    /// Gives the page inside the window this size in pixels, and waits until it has it.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let resized = until(LIMIT, async || {
            let script = "return [innerWidth, innerHeight]";
            let inner = self.session.run(script, &[]).await.map_err(|error| error.to_string())?;
            if inner == json!([width, height]) {
                return Ok(());
            }
            self.session.resize(width, height).await.map_err(|error| error.to_string())?;
            Err(format!("it has {inner}"))
        })
        .await;
        if let Err(last) = resized {
            self.fail(&format!("the window does not take the size {width}×{height}: {last}")).await;
        }
    }

    /// Writes a picture of the page.
    pub(crate) async fn screenshot(&self, file: &Path) {
        let picture = self.session.screenshot().await.expect("the window has a picture");
        picture::save(&picture, file);
    }

    /// The `WebDriver` session, for what has no word here.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Ends the session, and with it the app.
    pub(crate) async fn close(self) {
        self.session.end().await.expect("the session ends");
    }

    async fn act(&self, css: &str, done: &str, act: impl AsyncFn(Element) -> Result<(), Refusal>) {
        let outcome = until(LIMIT, async || {
            let element = self.displayed(css).await?;
            if !element.is_enabled().await? {
                return Err(Objection::Disabled);
            }
            Ok(act(element).await?)
        })
        .await;
        if let Err(last) = outcome {
            self.fail(&format!("`{css}` can't be {done}: {last}")).await;
        }
    }

    async fn perform(&self, actions: Value) {
        if let Err(error) = self.session.perform(&actions).await {
            self.fail(&format!("the keys can't be pressed: {error}")).await;
        }
    }

    async fn displayed(&self, css: &str) -> Result<Element, Objection> {
        for element in self.session.find_all(css).await? {
            // An element may leave the page between two questions; then it is not displayed.
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(element);
            }
        }
        Err(Objection::NotThere)
    }

    /// Ends the flow, leaving a picture and the text of the page behind.
    async fn fail(&self, message: &str) -> ! {
        let file = self.results.join("failure.png");
        if let Ok(picture) = self.session.screenshot().await {
            picture::save(&picture, &file);
        }
        let body = self.session.run("return document.body.innerText", &[]).await;
        let text = body.ok().and_then(|body| body.as_str().map(str::to_owned)).unwrap_or_default();
        panic!("{message}\nThe picture is {}. The page says:\n{text}", file.display());
    }
}

/// Why something in the window is not yet as it must be.
#[derive(Debug)]
enum Objection {
    NotThere,
    Disabled,
    Text(String),
    Driver(Refusal),
}

impl From<Refusal> for Objection {
    fn from(error: Refusal) -> Self {
        Self::Driver(error)
    }
}

impl std::fmt::Display for Objection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotThere => out.write_str("nothing like it is displayed"),
            Self::Disabled => out.write_str("it is disabled"),
            Self::Text(text) => write!(out, "it is {text:?}"),
            Self::Driver(error) => write!(out, "{error}"),
        }
    }
}
