//! What a keystroke in the editor costs: `cargo xtask bench keystroke` builds and runs it.
//!
//! `keystroke LINES RUNS` makes a workspace with a prompt of so many lines, 20 variables and 5 includes, and types in the
//! middle of it. After each key it asks what the window asks: the preview, from the request as JSON to the answer as
//! JSON, and a completion. Lint and rendering by themselves are timed on the same texts.
#![allow(clippy::print_stdout, reason = "a measurement is read on standard output")]

use std::{
    error::Error,
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};
use signalbox_api::{Core, Options, dispatch, types::PromptSave};
use signalbox_prompts::{Document, PromptName, Registry, SavedValues, Scope, Source, lint_in, render_in};
use signalbox_secrets::{Keychain, Waits};

/// Variables and includes of the prompt.
const VARIABLES: usize = 20;
const INCLUDES: usize = 5;
/// Keys that are typed before anything is measured.
const WARM_UP: usize = 20;
/// What is typed, key by key, round and round.
const TYPED: &str = "Answer kindly, and name {{ value_3.name }} once. ";

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
        let body = format!("Shared rule {number}: be exact with {{{{ value_{number}.name }}}}.\n").repeat(10);
        let source = Source::new("description: shared\n", body);
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

#[derive(Default)]
struct Figures(Vec<(&'static str, Vec<Duration>)>);

impl Figures {
    fn add(&mut self, measured: bool, what: &'static str, time: Duration) {
        if !measured {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == what) {
            Some((_, times)) => times.push(time),
            None => self.0.push((what, vec![time])),
        }
    }

    fn print(&mut self) {
        println!("{:62} {:>9} {:>9} {:>9}", "milliseconds", "median", "95 %", "most");
        for (what, times) in &mut self.0 {
            times.sort_unstable();
            let at = |part: usize| {
                let index = (times.len() * part / 100).min(times.len().saturating_sub(1));
                times.get(index).map_or(0.0, Duration::as_secs_f64) * 1e3
            };
            println!("{what:62} {:9.2} {:9.2} {:9.2}", at(50), at(95), at(100));
        }
    }
}

fn head() -> String {
    let mut head = String::from(
        "name: bench/long\ndescription: A long prompt\nmodel:\n  options:\n    temperature: 0.2\ninputs:\n",
    );
    for number in 0..VARIABLES {
        // Writing into a text can't fail.
        let _ = write!(
            head,
            "- name: value_{number}\n  kind: object\n  description: Number {number}\n  properties:\n  - name: name\n    \
             kind: string\n  - name: items\n    kind: array\n    items:\n      kind: string\n"
        );
    }
    head.push_str("outputs:\n- name: answer\n  kind: string\n  required: true\n- name: score\n  kind: number\n");
    head
}

/// Half of the template: prose, with values, loops, conditions and includes among it.
fn half(lines: usize, first: bool) -> String {
    let mut body = String::from(if first { "system:\n" } else { "user:\n" });
    for line in 0..lines {
        let number = line % VARIABLES;
        let text = match line % 20 {
            3 => {
                format!("- About {{{{ value_{number}.name }}}}, written as \"{{{{ value_{number}.name | upper }}}}\".")
            }
            7 => format!(
                "{{% if value_{number}.items %}}It has {{{{ value_{number}.items | length }}}} items.{{% endif %}}"
            ),
            11 => format!("{{% for item in value_{number}.items %}}<item>{{{{ item }}}}</item>{{% endfor %}}"),
            _ => {
                format!("Line {line}: keep to the facts that are given, and say so when they are missing (§ {number}).")
            }
        };
        body.push_str(&text);
        body.push('\n');
        if first && line % 150 == 100 && line / 150 < INCLUDES {
            let _ = writeln!(body, "{{% include \"shared/rule-{}\" %}}", line / 150);
        }
    }
    body
}

fn saved() -> Vec<SavedValues> {
    let set = |name: &str| {
        let values: Map<String, Value> = (0..VARIABLES)
            .map(|number| {
                let value = json!({ "name": format!("Name {number} 😀"), "items": ["one", "two", "three"] });
                (format!("value_{number}"), value)
            })
            .collect();
        SavedValues { name: name.to_owned(), values }
    };
    ["first", "second", "third"].map(set).to_vec()
}
