//! Measures the log with many calls: `cargo xtask bench log` builds and runs it.
//!
//! `log FOLDER CALLS RUNS` makes a database with seeded calls in the folder unless it is there, asks it for pages, and
//! writes what that took to `FOLDER/log.json`.
#![allow(clippy::print_stdout, reason = "a measurement is read on standard output")]

use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::{
    Amounts, Attempt, AttemptReason, AttemptState, Badge, Call, CallId, CallStatus, ContentHash, ErrorClass, Failure,
    FinishReason, Message, MessageRole, Money, Origin, Payer, PromptRef, Role, Served, Settlement, SettlementKind,
    Target, Tier, Usage,
};
use signalbox_store::{
    CallFilter, FailedAttempt, IndexedText, LedgerEntry, Owner, Place, Presence, Store, StoreError, StoredCall, Tx,
    searchable,
};

/// Another number makes another database.
/// The workspace of all the calls.
const HERE: &str = "/home/ada/helpdesk";
const SEED: u64 = 11;
/// How many calls are written in one transaction when the database is filled; their texts are indexed but not kept, since
/// no page reads them.
const TOGETHER: u64 = 2_000;
/// How many calls are written one by one, to measure that.
const ONE_BY_ONE: u64 = 20_000;
/// How many of these are under way at once.
const AT_ONCE: u64 = 64;
/// Calls on a page.
const PAGE: u32 = 50;
/// How far a reader scrolls.
const PAGES_DEEP: u32 = 1_000;
/// The time between two calls: a million of them in three months.
const APART_MS: u64 = 7_776;
const FIRST_SECOND: i64 = 1_760_000_000;

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let usage = "log FOLDER CALLS RUNS";
    let folder = arguments.next().ok_or(usage)?;
    let calls: u64 = arguments.next().ok_or(usage)?.parse()?;
    let runs: usize = arguments.next().ok_or(usage)?.parse()?;
    let folder = Path::new(&folder);
    let home = folder.join(format!("log-{SEED}-{calls}"));
    let done = home.join("complete.json");
    if !done.exists() {
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        let written = fill(&home, calls).await?;
        fs::write(&done, serde_json::to_vec(&written)?)?;
    }
    let written: Value = serde_json::from_slice(&fs::read(&done)?)?;
    let measured = measure(&home, calls, runs).await?;
    let size = fs::metadata(home.join("state.db"))?.len();
    println!(
        "{calls} calls, {} MB; written {} a second one by one, {} a second in bulk",
        size >> 20,
        written["one_by_one_per_second"],
        written["bulk_per_second"]
    );
    let all = json!({ "calls": calls, "bytes": size, "runs": runs, "written": written, "milliseconds": measured });
    fs::write(folder.join("log.json"), serde_json::to_vec_pretty(&all)?)?;
    Ok(())
}

/// Random numbers that are the same in every run (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Small numbers are far more frequent than large ones, as words are in a language.
    fn skewed(&mut self, end: u64) -> u64 {
        let unit = self.next() as f64 / u64::MAX as f64;
        ((end as f64).powf(unit) - 1.0) as u64
    }
}

const WORDS: u64 = 40_000;

/// A word made of syllables, the same for the same number.
fn word(number: u64) -> String {
    const FIRST: [&str; 16] = ["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z"];
    const SECOND: [&str; 8] = ["a", "e", "i", "o", "u", "ar", "en", "is"];
    let mut word = String::new();
    let mut rest = number + 128;
    while rest > 0 {
        word.push_str(FIRST[(rest % 16) as usize]);
        word.push_str(SECOND[(rest / 16 % 8) as usize]);
        rest /= 128;
    }
    word
}

fn sentence(random: &mut Random, words: u64) -> String {
    (0..words).map(|_| word(random.skewed(WORDS))).collect::<Vec<_>>().join(" ")
}

struct Made {
    stored: StoredCall,
    request: Vec<u8>,
    answer: Vec<u8>,
    text: IndexedText,
}

const MODELS: [(&str, &str); 6] = [
    ("openai", "mini"),
    ("openai", "large"),
    ("anthropic", "haiku"),
    ("anthropic", "sonnet"),
    ("gemini", "flash"),
    ("local", "smollm2"),
];

fn failure(random: &mut Random) -> Failure {
    match random.below(5) {
        0 => Failure::new(ErrorClass::RateLimited, "too many requests").with_status(429),
        1 => Failure::new(ErrorClass::Overloaded, "the provider has too much to do").with_status(529),
        2 => Failure::new(ErrorClass::Server, "the provider failed").with_status(500),
        3 => Failure::new(ErrorClass::Connect, "connection refused"),
        _ => Failure::new(ErrorClass::Malformed, "the answer can't be read"),
    }
}

fn make(number: u64, owner: Owner) -> Result<Made, Failed> {
    let random = &mut Random(SEED ^ number.wrapping_mul(0x00D1_B54A_32D1_92ED));
    let millis = FIRST_SECOND * 1_000 + i64::try_from(number * APART_MS + random.below(APART_MS))?;
    let started_at = Timestamp::from_millisecond(millis)?;
    let mut entropy = [0; 10];
    for byte in &mut entropy {
        *byte = random.below(256) as u8;
    }
    let message = sentence(random, 40);
    let reply = sentence(random, 40);
    let prompt = format!("team-{}/prompt-{}", random.below(8), random.skewed(60));
    let messages =
        vec![Message::text(MessageRole::System, "You answer letters."), Message::text(MessageRole::User, message)];
    let request = serde_json::to_vec(
        &json!({ "messages": messages, "values": {}, "params": {}, "schema": null, "engine": "minijinja" }),
    )?;
    let first = random.skewed(6) as usize;
    let failing = random.below(100);
    // Three in a hundred fail for good, five fall back.
    let tries = if failing < 8 { 2 } else { 1 };
    let mut attempts = Vec::new();
    for attempt in 0..tries {
        let (provider, model) = MODELS[(first + attempt) % MODELS.len()];
        let fails = attempt == 0 && tries == 2 || failing < 3;
        attempts.push(Attempt {
            number: attempt as u32 + 1,
            provider: provider.into(),
            model: model.into(),
            reason: if attempt == 0 { AttemptReason::First } else { AttemptReason::Fallback },
            key: None,
            waited_ms: 0,
            started_at,
            first_token_ms: Some(300),
            total_ms: Some(900),
            request_hash: ContentHash::of(&request),
            raw_hash: None,
            usage: Some(Usage { input: 120, output: 80, ..Usage::default() }),
            cost: Some(Money::from_nanos(90_000)),
            state: if fails {
                AttemptState::Failed { failure: failure(random) }
            } else {
                AttemptState::Complete { finish: FinishReason::Stop }
            },
        });
    }
    let failed = match &attempts[attempts.len() - 1].state {
        AttemptState::Failed { failure } => Some(failure.clone()),
        _ => None,
    };
    let answer = if failed.is_some() { Vec::new() } else { reply.clone().into_bytes() };
    let served = attempts.last().filter(|_| failed.is_none()).map(|attempt| Served {
        provider: attempt.provider.clone(),
        model: attempt.model.clone(),
        reported: None,
        protocol: None,
        tier: Tier::Standard,
    });
    let answer_hash = (!answer.is_empty()).then(|| ContentHash::of(&answer));
    let request_hash = ContentHash::of(&request);
    let call = Call {
        id: CallId::new(started_at, entropy),
        role: if random.below(50) == 0 { Role::Judge } else { Role::Generate },
        status: if failed.is_some() { CallStatus::Failed } else { CallStatus::Done },
        prompt: Some(PromptRef { name: prompt.clone(), version: Some(1 + random.below(9) as u32), hash: request_hash }),
        target: Target::Route(["default", "cheap", "careful"][random.below(3) as usize].into()),
        served,
        simulated: false,
        origin: Origin::App,
        caller: signalbox_domain::Caller::default(),
        degraded: tries == 2 && failed.is_none(),
        degraded_reason: None,
        cache: None,
        started_at,
        first_token_ms: Some(300),
        total_ms: Some(400 + random.skewed(60_000)),
        usage: Some(Usage { input: 120, output: 80, ..Usage::default() }),
        held: Money::from_nanos(400_000),
        settlement: Some(Settlement::new(
            Money::from_nanos(i64::try_from(random.skewed(2_000_000_000))?),
            SettlementKind::Exact,
        )),
        badge: Badge::Unverified { reason: "no judge is configured".into() },
        finish: failed.is_none().then_some(FinishReason::Stop),
        failure: failed,
        attempts,
        reply_hash: None,
        answer_hash,
        config_hash: ContentHash::of(b"configuration"),
    };
    let text = IndexedText {
        prompt,
        messages: searchable(&messages),
        answer: String::from_utf8_lossy(&answer).into_owned(),
        error: call.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default(),
    };
    let stored = StoredCall { call, owner, workspace: HERE.into(), request: Some(request_hash), answer: answer_hash };
    Ok(Made { stored, request, answer, text })
}

/// Writes a finished call as the gateway does.
fn put(tx: &Tx<'_>, made: &Made) -> Result<(), StoreError> {
    let call = &made.stored.call;
    tx.body_put(&made.request)?;
    if made.stored.answer.is_some() {
        tx.body_put(&made.answer)?;
    }
    if let Some(settlement) = call.settlement {
        tx.ledger_add(&LedgerEntry {
            call: call.id,
            at: call.started_at,
            admitted_at: call.started_at,
            payer: Payer { project: "support".into(), ..Payer::default() },
            tokens: 200,
            held: Amounts::ZERO,
            model: None,
            settlement,
        })?;
    }
    tx.call_put(&made.stored)?;
    tx.call_index(call.id, &made.text)
}

async fn fill(home: &Path, calls: u64) -> Result<Value, Failed> {
    let store = Store::open(home)?.store;
    let presence = Presence::announce(home)?;
    let owner = presence.owner();
    let bulk = calls.saturating_sub(ONE_BY_ONE);
    let began = Instant::now();
    let mut next = 0;
    let mut writing: Option<tokio::task::JoinHandle<Result<(), StoreError>>> = None;
    while next < bulk {
        let end = (next + TOGETHER).min(bulk);
        let made: Vec<Made> = (next..end).map(|number| make(number, owner)).collect::<Result<_, _>>()?;
        // One batch is made while the one before is written.
        if let Some(writing) = writing.take() {
            writing.await??;
        }
        let store = store.clone();
        writing = Some(tokio::spawn(async move {
            store
                .write(move |tx| {
                    made.iter().try_for_each(|made| {
                        tx.call_put(&made.stored)?;
                        tx.call_index(made.stored.call.id, &made.text)
                    })
                })
                .await
        }));
        next = end;
        if next % 100_000 == 0 {
            println!("{next} calls after {} s", began.elapsed().as_secs());
        }
    }
    if let Some(writing) = writing {
        writing.await??;
    }
    let in_bulk = per_second(bulk, began.elapsed());
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for lane in 0..AT_ONCE {
        let store = store.clone();
        tasks.spawn(async move {
            let mut number = bulk + lane;
            while number < calls {
                let made = make(number, owner)?;
                let mut running = made.stored.clone();
                running.call.status = CallStatus::Running;
                running.call.settlement = None;
                running.answer = None;
                let request = made.request.clone();
                store
                    .write(move |tx| {
                        tx.body_put(&request)?;
                        tx.call_put(&running)
                    })
                    .await?;
                store.write(move |tx| put(tx, &made)).await?;
                number += AT_ONCE;
            }
            Ok::<(), Failed>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let one_by_one = per_second(calls - bulk, began.elapsed());
    Ok(json!({ "bulk_per_second": in_bulk, "one_by_one_per_second": one_by_one }))
}

fn per_second(count: u64, took: Duration) -> u64 {
    (count as f64 / took.as_secs_f64()) as u64
}

/// What is asked of the log in a run; each run asks with other values.
type Ask = Box<dyn Fn(usize) -> CallFilter>;

fn questions(calls: u64) -> Result<Vec<(&'static str, Ask)>, Failed> {
    let day = |days: u64| {
        Timestamp::from_second(FIRST_SECOND + i64::try_from(calls * APART_MS / 1_000 * days / 90).unwrap_or(0))
    };
    let (from, to) = (day(40)?, day(41)?);
    let all = CallFilter::default;
    let text = |text: String| CallFilter { text, ..CallFilter::default() };
    let rare = |run: usize| word(WORDS - 1 - run as u64);
    Ok(vec![
        ("newest", Box::new(move |_| all())),
        (
            "prompt",
            Box::new(move |run| CallFilter { prompts: vec![format!("team-{}/prompt-{}", run % 8, run % 60)], ..all() }),
        ),
        ("status failed", Box::new(move |_| CallFilter { statuses: vec![CallStatus::Failed], ..all() })),
        (
            "model and error class",
            Box::new(move |run| CallFilter {
                models: vec![MODELS[run % 6].1.into()],
                errors: vec!["rate_limited".into()],
                ..all()
            }),
        ),
        (
            "failed attempt 429",
            Box::new(move |run| CallFilter {
                failed_attempt: Some(FailedAttempt {
                    provider: Some(MODELS[run % 6].0.into()),
                    status: Some(429),
                    ..FailedAttempt::default()
                }),
                ..all()
            }),
        ),
        ("one day", Box::new(move |_| CallFilter { from: Some(from), to: Some(to), ..all() })),
        ("dearest", Box::new(move |_| CallFilter { cost_at_least: Some(Money::from_nanos(1_990_000_000)), ..all() })),
        ("slow and degraded", Box::new(move |_| CallFilter { slower_than_ms: Some(40_000), degraded: true, ..all() })),
        (
            "never met together",
            Box::new(move |_| CallFilter { statuses: vec![CallStatus::Done], errors: vec!["connect".into()], ..all() }),
        ),
        ("frequent word", Box::new(move |run| text(word(run as u64 % 20)))),
        ("rare word", Box::new(move |run| text(rare(run)))),
        ("two words", Box::new(move |run| text(format!("{} {}", word(run as u64 % 50), word(400 + run as u64))))),
        ("beginning of a word", Box::new(move |run| text(word(run as u64 % 20).chars().take(3).collect()))),
        (
            "words side by side",
            Box::new(move |run| text(format!("\"{} {}\"", word(run as u64 % 20), word(1 + run as u64 % 20)))),
        ),
        (
            "word and prompt",
            Box::new(move |run| CallFilter {
                prompts: vec![format!("team-1/prompt-{}", 40 + run % 20)],
                ..text(word(run as u64 % 20))
            }),
        ),
        (
            "word and failed",
            Box::new(move |run| CallFilter { statuses: vec![CallStatus::Failed], ..text(word(run as u64 % 20)) }),
        ),
    ])
}

async fn measure(home: &Path, calls: u64, runs: usize) -> Result<Value, Failed> {
    let store = Store::open(home)?.store;
    let mut table = serde_json::Map::new();
    println!("{:<28}{:>9}{:>9}{:>9}{:>9}", "milliseconds", "p50", "p95", "count", "p95");
    for (name, ask) in &questions(calls)? {
        let (mut pages, mut counts, mut found) = (Vec::new(), Vec::new(), 0);
        for run in 0..runs {
            let filter = ask(run);
            let began = Instant::now();
            let asked = filter.clone();
            let page = store.read(move |view| view.call_page(HERE, &asked, Place::Newest, PAGE)).await?;
            pages.push(began.elapsed());
            found += page.calls.len();
            let began = Instant::now();
            store.read(move |view| view.call_count(HERE, &filter)).await?;
            counts.push(began.elapsed());
        }
        let row = json!({ "p50": at(&mut pages, 50), "p95": at(&mut pages, 95), "count_p50": at(&mut counts, 50), "count_p95": at(&mut counts, 95), "rows": found });
        println!(
            "{name:<28}{:>9.2}{:>9.2}{:>9.2}{:>9.2}",
            at(&mut pages, 50),
            at(&mut pages, 95),
            at(&mut counts, 50),
            at(&mut counts, 95)
        );
        table.insert((*name).into(), row);
    }
    let mut place = Place::Newest;
    let mut deep = Vec::new();
    for _ in 0..PAGES_DEEP + u32::try_from(runs)? {
        let began = Instant::now();
        let page = store.read(move |view| view.call_page(HERE, &CallFilter::default(), place, PAGE)).await?;
        deep.push(began.elapsed());
        match page.older {
            Some(last) => place = Place::Before(last),
            None => break,
        }
    }
    let mut deep = deep.split_off(deep.len().saturating_sub(runs));
    println!("{:<28}{:>9.2}{:>9.2}", "a thousand pages deep", at(&mut deep, 50), at(&mut deep, 95));
    table.insert("a thousand pages deep".into(), json!({ "p50": at(&mut deep, 50), "p95": at(&mut deep, 95) }));
    let mut facets = Vec::new();
    for _ in 0..runs {
        let began = Instant::now();
        store.read(|view| view.call_facets(HERE)).await?;
        facets.push(began.elapsed());
    }
    println!("{:<28}{:>9.2}{:>9.2}", "facets", at(&mut facets, 50), at(&mut facets, 95));
    table.insert("facets".into(), json!({ "p50": at(&mut facets, 50), "p95": at(&mut facets, 95) }));
    Ok(Value::Object(table))
}

/// A percentile in milliseconds (nearest rank).
fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(rank).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}
