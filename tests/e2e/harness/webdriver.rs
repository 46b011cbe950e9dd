//! The few commands of the `WebDriver` protocol that the flows need, over plain HTTP.
//!
//! `WebKitWebDriver` refuses a session that asks for capabilities which it does not know, and general clients always ask
//! for some.

use std::{fmt, path::Path, time::Duration};

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The protocol's name for the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// A command that takes longer means that the page hangs.
const COMMAND_LIMIT: Duration = Duration::from_mins(1);

/// One session: the app that the driver has started.
#[derive(Clone)]
pub(crate) struct Session {
    http: Client,
    url: String,
}

/// An element of the page. It may have left the page since it was found.
#[derive(Clone)]
pub(crate) struct Element {
    session: Session,
    id: String,
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The driver could not be reached, or did not answer in time.
    Unreachable(reqwest::Error),
    /// The driver's own code, such as `stale element reference`, and its message.
    Refused { code: String, message: String },
}

impl Session {
    /// Starts the program and connects to its window.
    pub(crate) async fn start(driver: &str, program: &Path) -> Result<Self, Refusal> {
        let http = Client::builder().timeout(COMMAND_LIMIT).build().map_err(Refusal::Unreachable)?;
        let driver = Self { http, url: format!("{driver}/session") };
        let wanted = json!({ "tauri:options": { "application": program } });
        let answer = driver.post("", json!({ "capabilities": { "alwaysMatch": wanted } })).await?;
        let id = answer["sessionId"].as_str().unwrap_or_default();
        Ok(Self { http: driver.http, url: format!("{}/{id}", driver.url) })
    }

    /// Ends the session, and with it the program.
    pub(crate) async fn end(&self) -> Result<(), Refusal> {
        self.command(Method::DELETE, "", None).await.map(drop)
    }

    /// Everything in the page that the selector finds, in the order of the page.
    pub(crate) async fn find_all(&self, css: &str) -> Result<Vec<Element>, Refusal> {
        let found = self.post("/elements", json!({ "using": "css selector", "value": css })).await?;
        let ids = found.as_array().into_iter().flatten().filter_map(|one| one[ELEMENT].as_str());
        Ok(ids.map(|id| Element { session: self.clone(), id: id.to_owned() }).collect())
    }

    /// Runs the body of a function in the page.
    pub(crate) async fn run(&self, body: &str, arguments: &[Value]) -> Result<Value, Refusal> {
        self.post("/execute/sync", json!({ "script": body, "args": arguments })).await
    }

    /// Performs low-level actions and releases what they left pressed.
    pub(crate) async fn perform(&self, actions: &Value) -> Result<(), Refusal> {
        self.post("/actions", json!({ "actions": actions })).await?;
        self.command(Method::DELETE, "/actions", None).await.map(drop)
    }

    /// Gives the window this size in pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Result<(), Refusal> {
        self.post("/window/rect", json!({ "width": width, "height": height })).await.map(drop)
    }

    /// A picture of the page, as PNG in base 64.
    pub(crate) async fn screenshot(&self) -> Result<String, Refusal> {
        let picture = self.command(Method::GET, "/screenshot", None).await?;
        Ok(picture.as_str().unwrap_or_default().to_owned())
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Refusal> {
        self.command(Method::POST, path, Some(body)).await
    }

    async fn command(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Refusal> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(Refusal::Unreachable)?;
        let refused = !answer.status().is_success();
        let mut body: Value = answer.json().await.map_err(Refusal::Unreachable)?;
        let value = body["value"].take();
        if refused {
            let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            return Err(Refusal::Refused { code: field("error"), message: field("message") });
        }
        Ok(value)
    }
}

impl Element {
    /// Scrolls to the element and clicks its middle.
    pub(crate) async fn click(&self) -> Result<(), Refusal> {
        self.post("click", json!({})).await
    }

    /// Focuses the element and types, after what it holds.
    pub(crate) async fn type_text(&self, text: &str) -> Result<(), Refusal> {
        self.post("value", json!({ "text": text })).await
    }

    /// Its text as it is displayed.
    pub(crate) async fn text(&self) -> Result<String, Refusal> {
        // The driver's own answer leaves out what an ellipsis may shorten.
        let text = self.property("innerText").await?;
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// An attribute of the markup.
    pub(crate) async fn attribute(&self, name: &str) -> Result<Option<String>, Refusal> {
        let value = self.get(&format!("attribute/{name}")).await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// A property of the object in the page.
    pub(crate) async fn property(&self, name: &str) -> Result<Value, Refusal> {
        self.get(&format!("property/{name}")).await
    }

    /// Whether a user can see it.
    pub(crate) async fn is_displayed(&self) -> Result<bool, Refusal> {
        // The driver's own answer takes everything for hidden that an ellipsis may shorten.
        let script = "const { width, height } = arguments[0].getBoundingClientRect();\
                      return width > 0 && height > 0 && arguments[0].checkVisibility({ visibilityProperty: true })";
        Ok(self.session.run(script, &[self.as_argument()]).await? == true)
    }

    /// Whether a user can use it.
    pub(crate) async fn is_enabled(&self) -> Result<bool, Refusal> {
        Ok(self.get("enabled").await? == true)
    }

    /// The element as an argument for [`Session::run`].
    pub(crate) fn as_argument(&self) -> Value {
        json!({ ELEMENT: self.id })
    }

    async fn get(&self, what: &str) -> Result<Value, Refusal> {
        self.session.command(Method::GET, &self.path(what), None).await
    }

    async fn post(&self, what: &str, body: Value) -> Result<(), Refusal> {
        self.session.post(&self.path(what), body).await.map(drop)
    }

    fn path(&self, what: &str) -> String {
        format!("/element/{}/{what}", self.id)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(out, "the driver does not answer: {error}"),
            Self::Refused { code, message } => write!(out, "{code}: {message}"),
        }
    }
}
