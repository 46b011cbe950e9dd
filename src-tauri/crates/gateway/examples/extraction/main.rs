//! What reading, mending and asking again are worth, with a real model: `cargo xtask bench extraction`.
//!
//! Invoices are read with the starter prompt `extract/invoice`. Each first answer is judged twice, as strict JSON and as
//! the gateway reads it, and then the loop goes on; so all figures are of the same answers.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark talks to its user by printing")]

mod asked_by_prompt;
mod invoices;

use std::{collections::HashMap, error::Error, path::Path, sync::Arc};

use asked_by_prompt::AskedByPrompt;
use serde_json::{Map, Value, json};
use signalbox_domain::{AttemptReason, CallStatus, ContentHash, FinishReason, Params, Target};
use signalbox_gateway::{
    CallEvent, CallRequest, Delivery, Gateway, Parts, PromptText, Settings, StoredRequest, SystemClock,
};
use signalbox_output::{Options, Schema, options::Truncated, parse};
use signalbox_prompts::{Registry, Selector};
use signalbox_providers::{Http, Provider};
use signalbox_secrets::{Keychain, Waits};
use signalbox_store::{Presence, Store};
use signalbox_workspace::config::Config;

/// The version of the prompt: five fields. A model as small as this never ends a list of lines.
const VERSION: u32 = 1;
/// The longest answer, in tokens: twice what five fields need. Without it a model that repeats itself does so for minutes.
const LONGEST: u32 = 200;
/// How often a candidate is asked again.
const REASK: u32 = 2;

/// What came of the calls of one way of asking.
#[derive(Default)]
struct Tally {
    calls: u32,
    /// First answers that are JSON and follow the schema.
    strict: u32,
    /// First answers that follow it once they are read as the gateway reads them.
    parsed: u32,
    /// Answers that follow it in the end.
    valid: u32,
    /// Answers that were cut at their longest length.
    cut: u32,
    attempts: u32,
    tokens: u64,
    /// Of the tokens, those of first attempts.
    first_tokens: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| format!("{what} is missing"));
    let (url, model, prompts, count) =
        (next("the address")?, next("the model")?, next("the prompts")?, next("the count")?);
    let count: u64 = count.parse()?;
    let mut rows = Vec::new();
    for (name, by_prompt) in [("by the prompt", true), ("held to a grammar", false)] {
        let tally = measure(&url, &model, Path::new(&prompts), count, by_prompt).await?;
        print_row(name, &tally);
        rows.push(json!({
            "asked": name, "calls": tally.calls, "strict": tally.strict, "parsed": tally.parsed, "valid": tally.valid,
            "cut": tally.cut, "attempts": tally.attempts, "tokens": tally.tokens, "first_tokens": tally.first_tokens,
        }));
    }
    if let Ok(out) = std::env::var("SIGNALBOX_BENCH_OUT") {
        std::fs::write(out, serde_json::to_vec_pretty(&rows)?)?;
    }
    Ok(())
}

fn print_row(name: &str, tally: &Tally) {
    let share = |count: u32| f64::from(count) * 100.0 / f64::from(tally.calls.max(1));
    let each = |tokens: u64| tokens as f64 / f64::from(tally.calls.max(1));
    println!("{name}, {} calls:", tally.calls);
    println!(
        "  first answer, strict JSON     {:5.1} % valid, {:4.0} tokens a call",
        share(tally.strict),
        each(tally.first_tokens)
    );
    println!(
        "  first answer, read and mended {:5.1} % valid, {:4.0} tokens a call",
        share(tally.parsed),
        each(tally.first_tokens)
    );
    println!(
        "  with asking again             {:5.1} % valid, {:4.0} tokens a call, {:.2} attempts a call; {:.1} % cut",
        share(tally.valid),
        each(tally.tokens),
        f64::from(tally.attempts) / f64::from(tally.calls.max(1)),
        share(tally.cut),
    );
}

/// A request that adds nothing to a prompt.
fn nothing() -> StoredRequest {
    StoredRequest {
        messages: Vec::new(),
        values: Map::new(),
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        engine: String::new(),
    }
}

fn toml(url: &str, model: &str) -> String {
    format!(
        "[workspace]\nname = \"bench\"\nproject = \"bench\"\n\n[providers.local]\nkind = \"openai-compatible\"\n\
         base_url = \"{url}\"\npreset = \"llama-cpp\"\nkey = \"none\"\n\n[models.small]\nprovider = \"local\"\nid = \"{model}\"\n\n\
         [routes.default]\ngenerate = [\"small\"]\nreask = {REASK}\nlimits = {{ first_token = \"2m\", idle = \"1m\", total = \"5m\" }}\n"
    )
}

async fn measure(url: &str, model: &str, prompts: &Path, count: u64, by_prompt: bool) -> Result<Tally, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let toml = toml(url, model);
    let (config, problems) = Config::parse(&toml);
    let config = config.ok_or_else(|| format!("the configuration is wrong: {problems:?}"))?;
    let http = Http::new().map_err(|failure| failure.message)?;
    let hash = ContentHash::of(toml.as_bytes());
    let connected = Settings::connect(config.clone(), hash, &http);
    let held = connected.providers.get("local").cloned().ok_or("the provider is there")?;
    let provider: Arc<dyn Provider> = if by_prompt { Arc::new(AskedByPrompt(held)) } else { held };
    let home = folder.path().join("home");
    let store = Store::open(&home)?.store;
    let presence = Presence::announce(&home)?;
    let gateway = Gateway::new(Parts {
        store: store.clone(),
        owner: presence.owner(),
        keychain: Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None)),
        registry: Arc::new(Registry::open(prompts)?),
        settings: Arc::new(Settings::new(config, hash, HashMap::from([("local".to_owned(), provider)]))),
        clock: Arc::new(SystemClock),
        observers: Vec::new(),
    });
    let mut tally = Tally::default();
    for number in 0..count {
        let values = Map::from_iter([("text".to_owned(), Value::String(invoices::invoice(number)))]);
        let selector = Selector::Number(VERSION);
        let text = PromptText::Stored { name: "extract/invoice".into(), selector };
        let added = StoredRequest { params: Params { max_tokens: Some(LONGEST), ..Params::default() }, ..nothing() };
        let request = CallRequest {
            delivery: Delivery::Whole,
            added: Some(Box::new(added)),
            ..CallRequest::new(text, values, Target::Route("default".into()))
        };
        let mut calling = gateway.call(request);
        let mut answer = String::new();
        let call = loop {
            match calling.events.recv().await.ok_or("a call ended without a word")? {
                CallEvent::Delta { text, .. } => answer.push_str(&text),
                CallEvent::Ended(call) => break call,
                _ => {}
            }
        };
        let id = call.id;
        let stored = store.read(move |view| view.call(id)).await?.ok_or("the call is stored")?;
        let body = |hash: ContentHash| store.read(move |view| view.body(hash));
        let request = body(stored.request.ok_or("it has a request")?).await?.ok_or("the request is stored")?;
        let request: StoredRequest = serde_json::from_slice(&request)?;
        let schema = Schema::compile(&request.schema.ok_or("the prompt has a schema")?)?;
        let first = match call.attempts.first().and_then(|attempt| attempt.raw_hash) {
            Some(hash) => String::from_utf8(body(hash).await?.unwrap_or_default())?,
            None => answer.clone(),
        };
        let strict = serde_json::from_str::<Value>(&first).is_ok_and(|value| schema.is_valid(&value));
        let options = Options { truncated: Truncated::Refuse, ..Options::default() };
        let whole = call.status == CallStatus::Done && call.finish == Some(FinishReason::Stop);
        tally.calls += 1;
        tally.strict += u32::from(strict);
        tally.parsed += u32::from(parse(&first, &schema, &options).is_ok());
        tally.valid += u32::from(whole && serde_json::from_str(&answer).is_ok_and(|value| schema.is_valid(&value)));
        tally.cut += u32::from(call.finish == Some(FinishReason::Length));
        tally.attempts += u32::try_from(call.attempts.len())?;
        for attempt in &call.attempts {
            let used = attempt.usage.map_or(0, |usage| usage.input + usage.output);
            tally.tokens += used;
            tally.first_tokens += if attempt.reason == AttemptReason::First { used } else { 0 };
        }
        if number % 20 == 19 {
            eprintln!(
                "{} of {count}: {} strict, {} parsed, {} valid",
                number + 1,
                tally.strict,
                tally.parsed,
                tally.valid
            );
        }
    }
    gateway.close().await;
    Ok(tally)
}
