//! What a keystroke in the editor costs: `cargo xtask bench keystroke` builds and runs it.
//!
//! `keystroke LINES RUNS` makes a workspace with a prompt of so many lines, 20 variables and 5 includes, and types in the
//! middle of it. After each key it asks what the window asks: the preview, from the request as JSON to the answer as
//! JSON, and a completion. Lint and rendering by themselves are timed on the same texts.
#![allow(clippy::print_stdout, reason = "a measurement is read on standard output")]

use std::{error::Error, sync::Arc, time::Instant};

use serde_json::{Value, json};
use signalbox_api::{Core, Options, dispatch, types::PromptSave};
use signalbox_prompts::{Document, PromptName, Registry, Scope, Source, lint_in, render_in};
use signalbox_secrets::{Keychain, Waits};

mod text;

use text::{Figures, INCLUDES, TYPED, VARIABLES, WARM_UP, half, head, saved, shared};

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (lines, runs) = (number(2_000)?, number(300)?);
    let folder = tempfile::tempdir()?;
    let core = Core::open(Options {
        home: Some(folder.path().join("home")),
        workspace: Some(folder.path().join("workspace")),
        exclusive: true,
        keychain: keychain(),
    })
    .await
    .map_err(|error| error.message)?;
    for number in 0..INCLUDES {
        let source = Source::new("description: shared\n", shared(number));
        let save = PromptSave { name: format!("shared/rule-{number}"), source, message: "First".to_owned() };
        core.prompt_begin(save).await.map_err(|error| error.message)?;
    }
    let registry = Registry::open(&folder.path().join("workspace/prompts"))?;
    let (head, before, after) = (head(), half(lines / 2, true), half(lines - lines / 2, false));
    let saved = saved();
    let name: PromptName = "bench/long".parse()?;
    let scope = Scope::now(&registry).of(&name);

    let mut figures = Figures::default();
    let mut typed = String::new();
    for (run, key) in TYPED.chars().cycle().take(WARM_UP + runs).enumerate() {
        typed.push(key);
        if typed.len() > 60 {
            typed.clear();
        }
        let source = Source::new(head.clone(), format!("{before}{typed}\n{after}"));
        let measured = run >= WARM_UP;

        let began = Instant::now();
        let found = lint_in(&source, &saved, &scope);
        figures.add(measured, "lint", began.elapsed());
        std::hint::black_box(found);

        let document = Document::parse(&source.head)?;
        let began = Instant::now();
        // Half a tag can't be rendered; what is asked is whether it is found out in time.
        let rendered = render_in(&source, &document, &saved[0].values, &scope);
        figures.add(measured, "rendering", began.elapsed());
        std::hint::black_box(rendered.is_ok());

        let request =
            json!({ "source": source, "values": saved[0].values, "saved": saved, "prompt": name, "frozen": false });
        let text = serde_json::to_string(&request)?;
        let began = Instant::now();
        let request: Value = serde_json::from_str(&text)?;
        let answer = dispatch(&core, "prompt_preview", request).await.map_err(|error| error.message)?;
        let answer = serde_json::to_string(&answer)?;
        figures.add(measured, "keystroke: JSON in, lint, rendering, tokens, price, JSON out", began.elapsed());
        std::hint::black_box(answer);

        let at = format!("{before}{typed}").chars().count();
        let place = json!({ "name": name, "source": source, "saved": saved, "part": "body", "at": at });
        let began = Instant::now();
        dispatch(&core, "prompt_complete", place).await.map_err(|error| error.message)?;
        figures.add(measured, "completion", began.elapsed());
    }
    println!(
        "{lines} lines, {VARIABLES} variables, {INCLUDES} includes, {} bytes, {runs} keys",
        before.len() + after.len()
    );
    figures.print();
    core.close().await;
    Ok(())
}

fn keychain() -> Keychain {
    let keychain = Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None));
    keychain.use_memory_until_quit();
    keychain
}
