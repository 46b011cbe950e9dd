//! Faults on purpose: calls to the simulated provider under a schedule, so that a person can see what the gateway does
//! before a real provider does it to them.
//!
//! A drill has a configuration of its own and reserves nothing of the workspace's budgets. Its calls are real calls in
//! every other way: they go through the whole pipeline, and stay in the log, marked as a drill.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use signalbox_domain::{
    Caller, ContentHash, ErrorClass, Failure, Message, MessageRole, Origin, Params, ProviderKind, Role, Target, Tier,
};
use signalbox_providers::Http;
use signalbox_workspace::config::{
    CachePolicy, Chain, Config, DEFAULT_MAX_OUTPUT, Judge, KeySource, Limits, Model, OpenAiApi, Provider, Route,
    WorkspaceConfig,
};
use tokio::time::timeout;
use ts_rs::TS;

use crate::{CallRequest, Calling, Delivery, Gateway, PromptText, Settings, StoredRequest};

/// The names that a drill uses in its own configuration.
const ROUTE: &str = "drill";
const PRIMARY: &str = "drill-primary";
const SECONDARY: &str = "drill-secondary";
const JUDGE: &str = "drill-judge";
/// How long the others wait for the first call to meet the fault.
const FIRST: Duration = Duration::from_secs(1);

/// A drill that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrillInfo {
    /// Its name, by which it is run.
    pub name: String,
    /// The same for people.
    pub title: String,
    /// What it shows.
    pub shows: String,
}

/// What goes wrong in a drill.
#[derive(Debug, Clone, Copy)]
struct Drill {
    name: &'static str,
    title: &'static str,
    shows: &'static str,
    /// The primary's faults.
    primary: &'static str,
    /// The judge's faults; a drill without a judge has none.
    judge: Option<&'static str>,
    /// How many calls are made. The others begin once the first has made the primary cool down.
    calls: u32,
    /// Whether the answer must be JSON.
    json: bool,
    integrity: bool,
}

const PLAIN: Drill =
    Drill { name: "", title: "", shows: "", primary: "ok", judge: None, calls: 1, json: false, integrity: false };

const DRILLS: &[Drill] = &[
    Drill {
        name: "rate-limit-storm",
        title: "Rate-limit storm",
        shows: "The primary answers 429 and asks to wait. The wait is kept to; when it asks for longer than the route \
                is patient, it cools down and the secondary answers, marked as degraded",
        primary: "rate_limited(retry_after=1), rate_limited(retry_after=20)*20",
        calls: 3,
        ..PLAIN
    },
    Drill {
        name: "outage",
        title: "Outage",
        shows: "The primary fails with 500. It is tried once more after a pause, then the secondary answers",
        primary: "server_error*20",
        ..PLAIN
    },
    Drill {
        name: "slow-first-token",
        title: "Slow first token",
        shows: "The primary says nothing within the limit for the first token, so the secondary answers",
        primary: "stall*20",
        ..PLAIN
    },
    Drill {
        name: "stall",
        title: "Stall in the middle",
        shows: "The primary stops talking after three pieces. What was delivered can't be taken back, so the call ends \
                with a typed error and never as if the answer were whole",
        primary: "stall_after(3)*20",
        ..PLAIN
    },
    Drill {
        name: "cut",
        title: "Cut after three tokens",
        shows: "The connection ends in the middle of the answer. The call fails in the open; nobody is given half an \
                answer as a whole one",
        primary: "cut_after(3)*20",
        ..PLAIN
    },
    Drill {
        name: "cut-held-back",
        title: "Cut, with integrity",
        shows: "The same on a route with integrity: the answer is held back until it is whole, so the secondary can \
                still answer",
        primary: "cut_after(3)*20",
        integrity: true,
        ..PLAIN
    },
    Drill {
        name: "bad-chunk",
        title: "Bad chunk",
        shows: "One piece of the stream can't be read. It is left out, and the answer is marked as incomplete",
        primary: "malformed(1)*20",
        ..PLAIN
    },
    Drill {
        name: "empty-answer",
        title: "Empty answer",
        shows: "The primary says that all is well, and says nothing else. It is asked once more, then the secondary \
                answers",
        primary: "empty*20",
        ..PLAIN
    },
    Drill {
        name: "refusal",
        title: "Refusal",
        shows: "The primary refuses the content. No other model is asked to do what one has refused",
        primary: "refusal*20",
        ..PLAIN
    },
    Drill {
        name: "wrong-json",
        title: "Wrong JSON",
        shows: "The prompt asks for JSON and the primary's answer isn't. On a route with integrity nothing of it is \
                delivered, and the secondary answers",
        primary: "wrong_json*20",
        json: true,
        integrity: true,
        ..PLAIN
    },
    Drill {
        name: "sloppy-json",
        title: "Sloppy JSON",
        shows: "The prompt asks for JSON and the primary answers in a fence behind a sentence, with single quotes and a \
                comma too many. It is mended, every repair is in the decisions, and the value is delivered",
        primary: "sloppy_json*20",
        json: true,
        ..PLAIN
    },
    Drill {
        name: "dead-key",
        title: "Dead key",
        shows: "The primary refuses the key. The key isn't used again until it is changed, and the secondary answers",
        primary: "key_dead*20",
        calls: 2,
        ..PLAIN
    },
    Drill {
        name: "dead-judge",
        title: "Dead judge",
        shows: "The generator falls back, and its judge is down too. The judge's chain never borrows a generator, so \
                nothing is verified, and the alarm says that both fail together",
        primary: "server_error*20",
        judge: Some("server_error*20"),
        ..PLAIN
    },
];

/// Every drill, in the order in which they are offered.
pub fn drills() -> Vec<DrillInfo> {
    DRILLS
        .iter()
        .map(|drill| DrillInfo { name: drill.name.into(), title: drill.title.into(), shows: drill.shows.into() })
        .collect()
}

impl Gateway {
    /// Starts the calls of a drill. Fails with `Client` when there is no drill of this name.
    pub async fn drill(self: &Arc<Self>, name: &str, http: &Http) -> Result<Vec<Calling>, Failure> {
        let drill = DRILLS.iter().find(|drill| drill.name == name).ok_or_else(|| {
            let names: Vec<_> = DRILLS.iter().map(|drill| drill.name).collect();
            Failure::new(ErrorClass::Client, format!("there is no drill {name:?}"))
                .with_hint(format!("The drills are {}", names.join(", ")))
        })?;
        let (place, settings) = self.take_place(drill, http);
        // Every run begins as if nothing had ever failed, and leaves those that are under way alone.
        for provider in [PRIMARY, SECONDARY, JUDGE] {
            self.forget_health(&placed(provider, place));
        }
        let primary = placed(PRIMARY, place);
        let mut changes = self.board.watch();
        let begin = |role| self.call_under(settings.clone(), drill.request(role));
        let mut callings = vec![begin(Role::Generate)];
        if drill.calls > 1 {
            let cools = async {
                while self.board.cool_downs().iter().all(|one| one.provider != primary) {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
            };
            // The drill goes on whatever has become of its first call.
            let _ = timeout(FIRST, cools).await;
        }
        callings.extend((1..drill.calls).map(|_| begin(Role::Generate)));
        callings.extend(drill.judge.map(|_| begin(Role::Judge)));
        Ok(callings)
    }

    /// Takes the first place in which no drill is under way. Its number is in the names of the drill's providers, so that
    /// no two drills meet what the other has made to fail.
    fn take_place(&self, drill: &Drill, http: &Http) -> (usize, Arc<Settings>) {
        let mut places = self.drills.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.iter().position(|held| held.strong_count() == 0).unwrap_or(places.len());
        let hash = ContentHash::of(drill.name.as_bytes());
        let settings = Arc::new(Settings::connect(drill.config(place), hash, http));
        let held = Arc::downgrade(&settings);
        match places.get_mut(place) {
            Some(free) => *free = held,
            None => places.push(held),
        }
        (place, settings)
    }
}

/// The name of a drill's provider in a place.
fn placed(provider: &str, place: usize) -> String {
    if place == 0 { provider.to_owned() } else { format!("{provider}-{}", place + 1) }
}

impl Drill {
    fn request(&self, role: Role) -> CallRequest {
        let text = match role {
            Role::Judge => "Is this answer right: a signal box holds the levers of a railway's signals?",
            _ if self.json => "Name a signal of a railway, as JSON.",
            _ => "Say in two sentences what a signal box is.",
        };
        let schema = self.json.then(|| {
            json!({
                "type": "object",
                "properties": { "signal": { "type": "string" } },
                "required": ["signal"],
                "additionalProperties": false,
            })
        });
        let request = StoredRequest {
            messages: vec![Message::text(MessageRole::User, text)],
            values: Map::new(),
            params: Params { max_tokens: Some(200), ..Params::default() },
            schema,
            tools: Vec::new(),
            tool_choice: None,
            extra: None,
            engine: "none".into(),
        };
        CallRequest {
            role,
            text: PromptText::Rendered { prompt: None, request: Box::new(request) },
            values: Map::new(),
            target: Target::Route(ROUTE.into()),
            origin: Origin::Drill { name: self.name.into() },
            caller: Caller::default(),
            added: None,
            delivery: if self.json { Delivery::Shown } else { Delivery::Pieces },
        }
    }

    fn config(&self, place: usize) -> Config {
        let [primary, secondary, of_judge] = [PRIMARY, SECONDARY, JUDGE].map(|name| placed(name, place));
        let judge = self.judge.unwrap_or("ok");
        Config {
            workspace: WorkspaceConfig { project: "drills".into(), ..WorkspaceConfig::default() },
            providers: vec![provider(&primary, self.primary), provider(&secondary, "ok"), provider(&of_judge, judge)],
            models: vec![
                model("drill-large", &primary, Tier::Complex),
                model("drill-small", &secondary, Tier::Standard),
                model("drill-judge", &of_judge, Tier::Complex),
            ],
            routes: vec![Route {
                name: ROUTE.into(),
                generate: Chain::All(vec!["drill-large".into(), "drill-small".into()]),
                classify: Vec::new(),
                embed: Vec::new(),
                judge: Some(Judge { models: vec!["drill-judge".into()], min_tier: None }),
                limits: Limits { first_token_ms: 1_500, idle_ms: 1_500, total_ms: 30_000 },
                max_output: DEFAULT_MAX_OUTPUT,
                patience_ms: 2_000,
                integrity: self.integrity,
                reask: 0,
                cache: None::<CachePolicy>,
            }],
            ..Config::default()
        }
    }
}

fn provider(name: &str, faults: &str) -> Provider {
    Provider {
        name: name.into(),
        kind: ProviderKind::Simulated,
        base_url: None,
        key: KeySource::None,
        keys: Vec::new(),
        api: OpenAiApi::Chat,
        preset: None,
        region: None,
        api_version: None,
        faults: Some(faults.into()),
        pace_ms: Some(8),
    }
}

fn model(name: &str, provider: &str, tier: Tier) -> Model {
    Model {
        name: name.into(),
        provider: provider.into(),
        id: format!("simulated-{name}"),
        tier,
        family: None,
        price: None,
        context_window: None,
        max_output: None,
    }
}
