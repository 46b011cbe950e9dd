//! llmock speaks the protocols of ten providers, breaks its answers on demand, and judges from timing and bodies how the
//! client took it.
//!
//! It counts requests with the same path and body as attempts at one call. So a second candidate that has the same model
//! id at the same place is, for the judge, a retry; one with another id is another call.

use std::process::Command;

use serde_json::{Value, json};
use signalbox_domain::CallStatus;

use super::{
    ANSWER, WORKSPACE, Way,
    mock::{Mock, installed},
    route,
};
use crate::harness::App;

/// The model that is asked first, and one that only another candidate has.
const FIRST: &str = "gpt-4o-mini";
const OTHER: &str = "gpt-4o";

const OPENAI: Way = Way { name: "openai", provider: "kind = \"openai\"\nbase_url = \"{origin}/v1\"", begun: 4 };
const RESPONSES: Way =
    Way { name: "responses", provider: "kind = \"openai\"\napi = \"responses\"\nbase_url = \"{origin}/v1\"", begun: 7 };
const ANTHROPIC: Way =
    Way { name: "anthropic", provider: "kind = \"anthropic\"\nbase_url = \"{origin}/anthropic/v1\"", begun: 6 };
const GEMINI: Way =
    Way { name: "gemini", provider: "kind = \"gemini\"\nbase_url = \"{origin}/gemini/v1beta\"", begun: 3 };

/// The providers that speak `OpenAI`'s protocol at a place of their own.
const COMPATIBLE: [Way; 6] = [
    compatible("mistral", "kind = \"openai-compatible\"\nbase_url = \"{origin}/mistral/v1\""),
    compatible("groq", "kind = \"openai-compatible\"\nbase_url = \"{origin}/groq/openai/v1\""),
    compatible("together", "kind = \"openai-compatible\"\nbase_url = \"{origin}/together/v1\""),
    compatible("perplexity", "kind = \"openai-compatible\"\nbase_url = \"{origin}/perplexity/v1\""),
    compatible("ai21", "kind = \"openai-compatible\"\nbase_url = \"{origin}/ai21/v1\""),
    compatible("xai", "kind = \"openai-compatible\"\nbase_url = \"{origin}/xai/v1\""),
];

const fn compatible(name: &'static str, provider: &'static str) -> Way {
    Way { name, provider, begun: 4 }
}

/// Who may answer after the first candidate.
#[derive(Clone, Copy)]
enum Second {
    /// Nobody.
    None,
    /// The same model at the same place.
    Same,
    /// Another model.
    Other,
}

/// How a call ends for its caller.
#[derive(Clone, Copy)]
enum End {
    /// With the whole answer.
    Whole,
    /// With a failure of one of these classes.
    Fails(&'static [&'static str]),
    /// With an answer or a failure that doesn't look like the whole answer.
    NotWhole,
}

/// One fault, and what must come of it.
struct Fault {
    name: &'static str,
    /// What llmock is told to do; `"begun"` stands for [`Way::begun`], `"first"` for the first candidate's model.
    behaviour: Value,
    second: Second,
    integrity: bool,
    /// How the calls end that are made one after the other.
    ends: &'static [End],
    /// How many requests may be sent for all of them.
    requests: std::ops::RangeInclusive<usize>,
    /// What the judge may warn of, though it is right.
    warnings: &'static [&'static str],
}

/// Waiting is right, whether the wait is the provider's or the gateway's own.
fn faults_that_wait() -> Vec<Fault> {
    let wait = |name, behaviour| Fault {
        name,
        behaviour,
        second: Second::None,
        integrity: false,
        ends: &[End::Whole],
        requests: 2..=2,
        warnings: &[],
    };
    vec![
        wait("rate limited", json!({ "type": "fail", "status": 429, "retry_after": 0.3 })),
        wait("overloaded", json!({ "type": "fail", "status": 503, "retry_after": 0.3 })),
        wait("overloaded, by its own status", json!({ "type": "fail", "status": 529, "retry_after": 0.3 })),
        wait("server error", json!({ "type": "fail", "status": 500 })),
        Fault {
            second: Second::Other,
            // The first model is left alone, as it asked; the judge can't know that another has answered.
            warnings: &["gave_up"],
            ..wait(
                "rate limited for longer than the route waits",
                json!({ "type": "fail", "status": 429, "retry_after": 60, "times": null, "match": { "model": "first" } }),
            )
        },
        Fault {
            ends: &[End::Fails(&["overloaded", "unavailable"])],
            requests: 1..=3,
            warnings: &["gave_up"],
            ..wait("outage", json!({ "type": "fail", "status": 503, "retry_after": 0.2, "times": null }))
        },
        Fault {
            ends: &[End::Fails(&["server", "unavailable"])],
            requests: 1..=3,
            warnings: &["gave_up"],
            ..wait("broken for good", json!({ "type": "fail", "status": 502, "times": null }))
        },
    ]
}

/// What is wrong with the request or the key stays wrong.
fn faults_that_stay() -> Vec<Fault> {
    const CLIENT: &[End] = &[End::Fails(&["client"])];
    const AUTH: &[End] = &[End::Fails(&["auth", "unavailable"])];
    let stays = |name, status: u16, second, class: &'static [End]| Fault {
        name,
        behaviour: json!({ "type": "fail", "status": status, "times": null }),
        second,
        integrity: false,
        ends: class,
        requests: 1..=1,
        warnings: &[],
    };
    vec![
        stays("bad request", 400, Second::Same, CLIENT),
        stays("not found", 404, Second::Same, CLIENT),
        stays("unprocessable", 422, Second::Same, CLIENT),
        stays("unknown key", 401, Second::None, AUTH),
        stays("forbidden", 403, Second::None, AUTH),
    ]
}

/// Streams that break. Live the caller is told, and asks again; with integrity another candidate answers.
fn faults_of_streams() -> Vec<Fault> {
    const CUT: &[End] = &[End::Fails(&["stream cut"]), End::Whole];
    const STALLED: &[End] = &[End::Fails(&["timeout"]), End::Whole];
    let stream = |name, kind: &str, ends: &'static [End]| Fault {
        name,
        // Short, because llmock serves a stalled stream to its end, though nobody listens any more.
        behaviour: json!({ "type": "stream_fault", "kind": kind, "after_chunks": "begun", "stall_seconds": 0.9 }),
        second: Second::None,
        integrity: false,
        ends,
        requests: 2..=2,
        warnings: &[],
    };
    let integral = |fault: Fault| Fault { second: Second::Same, integrity: true, ends: &[End::Whole], ..fault };
    let unreadable = |name| Fault {
        // The judge warns whenever it has sent such a chunk.
        warnings: &["malformed_chunk_ignored"],
        ..stream(name, "malformed", &[End::NotWhole, End::Whole])
    };
    vec![
        stream("truncated", "truncate", CUT),
        stream("cut", "disconnect", CUT),
        stream("stalled", "stall", STALLED),
        unreadable("an unreadable chunk"),
        integral(stream("truncated, with integrity", "truncate", CUT)),
        integral(stream("cut, with integrity", "disconnect", CUT)),
        integral(stream("stalled, with integrity", "stall", STALLED)),
        integral(unreadable("an unreadable chunk, with integrity")),
        Fault {
            behaviour: json!({ "type": "slow_first_token", "seconds": 0.9 }),
            second: Second::Same,
            ..stream("nothing comes", "stall", &[End::Whole])
        },
        Fault {
            behaviour: json!({ "type": "stream_fault", "kind": "truncate", "after_chunks": 0 }),
            second: Second::Same,
            ..stream("truncated before anything came", "truncate", &[End::Whole])
        },
    ]
}

struct Judge {
    mock: Mock,
}

impl Judge {
    async fn start() -> Self {
        let program = installed("SIGNALBOX_LLMOCK");
        let mock = Mock::start("/health", |port| {
            let mut command = Command::new(program);
            command.args(["serve", "--host", "127.0.0.1", "--log-level", "warning", "--port", &port.to_string()]);
            command
        });
        Self { mock: mock.await }
    }

    /// Forgets what was, and answers from now on with [`ANSWER`] and what `behaviour` says.
    async fn begin(&self, behaviour: Option<Value>) {
        self.mock.post("/_llmock/reset", &json!({})).await;
        let mut behaviours = vec![json!({ "type": "reply", "text": ANSWER, "times": null })];
        behaviours.extend(behaviour);
        self.mock.post("/_llmock/scenario", &json!({ "behaviors": behaviours })).await;
    }

    /// The judge has nothing against us but `warnings`.
    async fn acquits(&self, what: &str, warnings: &[&str]) {
        let verdict = self.mock.get("/_llmock/verdict").await;
        let findings = verdict["findings"].as_array().expect("a list of findings");
        for finding in findings {
            let code = finding["code"].as_str().unwrap_or_default();
            let allowed = finding["severity"] == "warning" && warnings.contains(&code);
            assert!(allowed, "{what}: {code}: {}", finding["title"]);
        }
        assert_eq!(verdict["passed"], true, "{what}: {verdict}");
    }

    async fn requests(&self) -> Vec<Value> {
        self.mock.get("/_llmock/requests").await["requests"].as_array().cloned().unwrap_or_default()
    }
}

/// A whole answer with its figures, as a stream, and no complaint.
async fn check_answer(judge: &Judge, app: &App, way: &Way, route: &str) {
    judge.begin(None).await;
    let heard = app.ask(route).await;
    assert!(heard.looks_whole(), "{}: {}", way.name, heard.in_words());
    assert_eq!(heard.text, ANSWER, "{}", way.name);
    let usage = heard.call.usage.expect("it says what was used");
    let requests = judge.requests().await;
    assert_eq!(requests.len(), 1, "{}: {requests:?}", way.name);
    assert_eq!((&requests[0]["stream"], &requests[0]["completed"]), (&json!(true), &json!(true)), "{}", way.name);
    // The mock counts words or characters; that both figures arrive is what the protocol is about.
    assert!(usage.input > 0 && usage.output > 0, "{}: {usage:?}", way.name);
    judge.acquits(way.name, &[]).await;
}

fn named(index: usize, place: &str) -> String {
    format!("fault{index}-{place}")
}

/// Every fault has a route and providers of its own, so that none meets the cool-down of another.
fn toml(way: &Way, faults: &[Fault], origin: &str) -> String {
    let mut toml =
        WORKSPACE.to_owned() + &way.candidate("plain", FIRST, origin) + &route("plain", &["plain".into()], false);
    for (index, fault) in faults.iter().enumerate() {
        let (first, second) = (named(index, "first"), named(index, "second"));
        let mut candidates = vec![first.clone()];
        toml += &way.candidate(&first, FIRST, origin);
        let id = match fault.second {
            Second::None => None,
            Second::Same => Some(FIRST),
            Second::Other => Some(OTHER),
        };
        if let Some(id) = id {
            toml += &way.candidate(&second, id, origin);
            candidates.push(second);
        }
        toml += &route(&format!("fault{index}"), &candidates, fault.integrity);
    }
    toml
}

/// Puts what a way needs into a behaviour.
fn for_way(behaviour: &Value, way: &Way) -> Value {
    let mut behaviour = behaviour.clone();
    if behaviour["after_chunks"] == "begun" {
        behaviour["after_chunks"] = json!(way.begun);
    }
    if behaviour["match"]["model"] == "first" {
        behaviour["match"]["model"] = json!(FIRST);
    }
    if behaviour["kind"] != "stall" {
        behaviour.as_object_mut().expect("a behaviour is an object").remove("stall_seconds");
    }
    behaviour
}

async fn check(way: Way) {
    let mut faults = faults_that_wait();
    faults.extend(faults_that_stay());
    faults.extend(faults_of_streams());
    let judge = Judge::start().await;
    let app = App::with(|folders| folders.write("signalbox.toml", &toml(&way, &faults, &judge.mock.origin))).await;
    check_answer(&judge, &app, &way, "plain").await;
    for (index, fault) in faults.iter().enumerate() {
        let what = format!("{}, {}", way.name, fault.name);
        judge.begin(Some(for_way(&fault.behaviour, &way))).await;
        for end in fault.ends {
            let heard = app.ask(&format!("fault{index}")).await;
            let words = heard.in_words();
            match end {
                End::Whole => assert!(heard.looks_whole() && heard.text == ANSWER, "{what}: {words}"),
                End::Fails(classes) => {
                    assert_eq!(heard.call.status, CallStatus::Failed, "{what}: {words}");
                    assert!(classes.contains(&heard.failure()), "{what}: {words}");
                }
                End::NotWhole => assert!(!heard.looks_whole(), "{what}: {words}"),
            }
        }
        let requests = judge.requests().await.len();
        assert!(fault.requests.contains(&requests), "{what}: {requests} requests");
        judge.acquits(&what, fault.warnings).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn llmock_acquits_us_in_openai_s_chat_completions() {
    check(OPENAI).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn llmock_acquits_us_in_openai_s_responses() {
    check(RESPONSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn llmock_acquits_us_in_anthropic_s_messages() {
    check(ANTHROPIC).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn llmock_acquits_us_in_gemini() {
    check(GEMINI).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_answers_come_from_everybody_who_speaks_openai_s_protocol() {
    let judge = Judge::start().await;
    let mut toml = WORKSPACE.to_owned();
    for way in &COMPATIBLE {
        toml += &way.candidate(way.name, FIRST, &judge.mock.origin);
        toml += &route(way.name, &[way.name.to_owned()], false);
    }
    let app = App::with(|folders| folders.write("signalbox.toml", &toml)).await;
    for way in &COMPATIBLE {
        check_answer(&judge, &app, way, way.name).await;
    }
}
