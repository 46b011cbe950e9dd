//! What the pipeline adds to a call, in process, with everything logged: `cargo xtask bench gateway`.
//!
//! The same requests go directly to the simulated provider and through the gateway, one after the other, so that drift of
//! the machine touches both. Stages are timed by the moments of their decisions.
#![allow(clippy::print_stdout, reason = "a benchmark talks to its user by printing")]

use std::{
    collections::BTreeMap,
    error::Error,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use serde_json::{Map, json};
use signalbox_domain::{
    Caller, ContentHash, Decision, Message, MessageRole, ModelRequest, Origin, Params, Role, Target,
};
use signalbox_gateway::{
    CallEvent, CallRequest, Calling, Delivery, Gateway, Parts, PromptText, Settings, StoredRequest, SystemClock,
};
use signalbox_prompts::Registry;
use signalbox_providers::{Http, Provider};
use signalbox_secrets::{Keychain, Waits};
use signalbox_store::{Presence, Store};
use signalbox_workspace::config::Config;

/// Calls that are made before anything is measured.
const WARM_UP: usize = 200;
/// Calls that are measured one after the other.
const ONE_BY_ONE: usize = 3_000;
/// Calls that are made by many tasks at once, and how many tasks.
const AT_ONCE: usize = 20_000;
const TASKS: usize = 32;

const TOML: &str = r#"
[workspace]
name = "bench"
project = "bench"
[providers.simulated]
kind = "simulated"
pace = "0ms"
[models.small]
provider = "simulated"
id = "simulated-small"
[routes.default]
generate = ["small"]
[budgets.daily]
scope = "project:bench"
period = "day"
limit = "$1000"
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (config, problems) = Config::parse(TOML);
    let config = config.ok_or_else(|| format!("the configuration is wrong: {problems:?}"))?;
    let http = Http::new().map_err(|failure| failure.message)?;
    let settings = Settings::connect(config, ContentHash::of(TOML.as_bytes()), &http);
    let provider = settings.providers.get("simulated").cloned().ok_or("the provider is there")?;
    let home = folder.path().join("home");
    let store = Store::open(&home)?.store;
    let presence = Presence::announce(&home)?;
    let prompts = folder.path().join("prompts");
    std::fs::create_dir_all(&prompts)?;
    let gateway = Gateway::new(Parts {
        store,
        owner: presence.owner(),
        keychain: Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None)),
        registry: Arc::new(Registry::open(&prompts)?),
        settings: Arc::new(settings),
        clock: Arc::new(SystemClock),
        observers: Vec::new(),
    });

    for number in 0..WARM_UP {
        direct(provider.as_ref(), number).await?;
        through(gateway.call(request(number))).await;
    }
    let (mut bare, mut whole, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let mut stages: BTreeMap<&'static str, Vec<Duration>> = BTreeMap::new();
    for number in 0..ONE_BY_ONE {
        bare.push(direct(provider.as_ref(), number).await?);
        let seen = through(gateway.call(request(number))).await;
        whole.push(seen.whole);
        first.extend(seen.first);
        for (stage, took) in between(&seen.decisions) {
            stages.entry(stage).or_default().push(took);
        }
    }
    let began = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let gateway = gateway.clone();
            tokio::spawn(async move {
                for number in (task..AT_ONCE).step_by(TASKS) {
                    through(gateway.call(request(number))).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    let rate = AT_ONCE as f64 / began.elapsed().as_secs_f64();
    gateway.close().await;

    let (bare, whole, first) = (Figures::of(bare), Figures::of(whole), Figures::of(first));
    println!("{ONE_BY_ONE} calls one by one, in microseconds          p50       p95       p99");
    for (name, figures) in [("direct", &bare), ("through the gateway", &whole), ("to the first piece", &first)] {
        println!("{name:<44}{figures}");
    }
    println!("{:<44}{:>8.0}", "added by the gateway, p50", micros(whole.p50) - micros(bare.p50));
    let mut report = Map::new();
    for (stage, times) in stages {
        let figures = Figures::of(times);
        println!("  {stage:<42}{figures}");
        report.insert(stage.to_owned(), figures.json());
    }
    println!("{AT_ONCE} calls by {TASKS} tasks: {rate:.0} calls/s, each one in the database");
    let report = json!({
        "direct": bare.json(), "gateway": whole.json(), "first_piece": first.json(), "stages": report, "calls_per_s": rate,
    });
    let out = std::env::var_os("SIGNALBOX_BENCH_OUT").map_or_else(|| PathBuf::from("gateway.json"), PathBuf::from);
    std::fs::write(&out, serde_json::to_vec_pretty(&report)?)?;
    println!("written to {}", out.display());
    Ok(())
}

/// What was seen of one call.
struct Seen {
    whole: Duration,
    first: Option<Duration>,
    decisions: Vec<Decision>,
}

async fn through(mut calling: Calling) -> Seen {
    let began = Instant::now();
    let (mut first, mut decisions) = (None, Vec::new());
    while let Some(event) = calling.events.recv().await {
        match event {
            CallEvent::Delta { .. } => {
                first.get_or_insert_with(|| began.elapsed());
            }
            CallEvent::Decided(decision) => decisions.push(decision),
            _ => {}
        }
    }
    Seen { whole: began.elapsed(), first, decisions }
}

async fn direct(provider: &dyn Provider, number: usize) -> Result<Duration, String> {
    let began = Instant::now();
    let request = ModelRequest {
        model: "simulated-small".into(),
        messages: messages(number),
        params: Params { max_tokens: Some(200), ..Params::default() },
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream: true,
    };
    let prepared = provider.prepare(&request).map_err(|failure| failure.message)?;
    let mut stream = provider.send(&prepared, None).await.map_err(|failure| failure.message)?;
    while let Some(event) = stream.next().await {
        event.map_err(|failure| failure.message)?;
    }
    Ok(began.elapsed())
}

fn messages(number: usize) -> Vec<Message> {
    let text = format!("Question {number}: what is a signal box, and who works in it? ").repeat(8);
    vec![Message::text(MessageRole::System, "Answer in two sentences."), Message::text(MessageRole::User, text)]
}

fn request(number: usize) -> CallRequest {
    let request = StoredRequest {
        messages: messages(number),
        values: Map::new(),
        params: Params { max_tokens: Some(200), ..Params::default() },
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        engine: "none".into(),
    };
    CallRequest {
        role: Role::Generate,
        text: PromptText::Rendered { prompt: None, request: Box::new(request) },
        values: Map::new(),
        target: Target::Route("default".into()),
        origin: Origin::App,
        caller: Caller::default(),
        added: None,
        delivery: Delivery::Pieces,
    }
}

/// The time that each decision took since the one before, by its stage.
fn between(decisions: &[Decision]) -> impl Iterator<Item = (&'static str, Duration)> {
    decisions.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        let took = after.at.duration_since(before.at);
        Some((after.stage.as_str(), Duration::try_from(took).unwrap_or_default()))
    })
}

/// The distribution of some times.
struct Figures {
    p50: Duration,
    p95: Duration,
    p99: Duration,
}

impl Figures {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let index = ((times.len().saturating_sub(1)) as f64 * share).round() as usize;
            times.get(index).copied().unwrap_or_default()
        };
        Self { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
    }

    fn json(&self) -> serde_json::Value {
        json!({ "p50_us": micros(self.p50), "p95_us": micros(self.p95), "p99_us": micros(self.p99) })
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>10.0}{:>10.0}{:>10.0}", micros(self.p50), micros(self.p95), micros(self.p99))
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
