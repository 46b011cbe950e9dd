//! Measures opening many prompts: `cargo xtask bench prompts` builds and runs it.
//!
//! `library FOLDER PROMPTS VERSIONS RUNS` makes so many prompts in the folder unless they are there, lists them as a first
//! start does and as a later one does, searches them, and writes what that took to `FOLDER/prompts.json`.
#![allow(clippy::print_stdout, reason = "a measurement is read on standard output")]

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use jiff::Timestamp;
use serde_json::json;
use signalbox_prompts::{IndexRow, Registry, Source, search_terms};
use signalbox_store::{LibraryRow, Store};

/// The workspace of all the prompts.
const HERE: &str = "/home/ada/helpdesk";
const FIRST_SECOND: i64 = 1_760_000_000;
/// How long new files are left alone before anything is measured.
const SETTLING: Duration = Duration::from_secs(5);
/// How many rows are written in one transaction.
const TOGETHER: usize = 200;

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let usage = "library FOLDER PROMPTS VERSIONS RUNS";
    let folder = arguments.next().ok_or(usage)?;
    let mut number = || -> Result<u32, Failed> { Ok(arguments.next().ok_or(usage)?.parse()?) };
    let (prompts, versions, runs) = (number()?, number()?, number()?);
    let folder = Path::new(&folder);
    let root = folder.join(format!("prompts-{prompts}-{versions}"));
    if !root.join("complete").exists() {
        fill(&root, prompts, versions)?;
        // What a file looks like isn't kept while it was written a moment ago.
        tokio::time::sleep(SETTLING).await;
    }
    let mut figures = Figures::default();
    for _ in 0..runs {
        run(&root, prompts as usize, &mut figures).await?;
    }
    let shown: serde_json::Map<_, _> = figures
        .0
        .iter_mut()
        .map(|(what, times)| {
            times.sort_unstable();
            let at = |part: usize| times.get(times.len() * part / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3);
            println!("{what:42} {:8.1} ms, at most {:8.1} ms", at(50), at(99));
            ((*what).to_owned(), json!({ "median_ms": at(50), "most_ms": at(99) }))
        })
        .collect();
    let out = json!({ "prompts": prompts, "versions": versions, "runs": runs, "figures": shown });
    fs::write(folder.join("prompts.json"), serde_json::to_string_pretty(&out)?)?;
    Ok(())
}

#[derive(Default)]
struct Figures(Vec<(&'static str, Vec<Duration>)>);

impl Figures {
    fn add(&mut self, what: &'static str, since: Instant) {
        let time = since.elapsed();
        match self.0.iter_mut().find(|(known, _)| *known == what) {
            Some((_, times)) => times.push(time),
            None => self.0.push((what, vec![time])),
        }
    }
}

async fn run(root: &Path, prompts: usize, figures: &mut Figures) -> Result<(), Failed> {
    let home = tempfile::tempdir()?;
    let expect = |found: usize| if found == prompts { Ok(()) } else { Err(format!("{found} prompts were found")) };

    let store = Store::open(home.path())?.store;
    let start = Instant::now();
    let registry = Registry::open(root)?;
    expect(registry.list()?.len())?;
    figures.add("a first start: every file is read", start);
    let start = Instant::now();
    let changes = registry.index_changes(Timestamp::try_from(SystemTime::now())?);
    for part in changes.kept.chunks(TOGETHER) {
        let rows: Vec<LibraryRow> = part.iter().cloned().map(row).collect();
        store.write(move |tx| rows.iter().try_for_each(|row| tx.library_put(HERE, row))).await?;
    }
    figures.add("keeping it, beside the first start", start);
    drop(store);

    let store = Store::open(home.path())?.store;
    let start = Instant::now();
    let registry = Registry::open(root)?;
    let kept = store.read(|view| view.library(HERE)).await?;
    let rows = kept.into_iter().map(|(path, record)| IndexRow { path, record, words: String::new() });
    registry.take_in(rows.collect());
    expect(registry.list()?.len())?;
    figures.add("a later start", start);
    let start = Instant::now();
    expect(registry.list()?.len())?;
    figures.add("the list again", start);
    let start = Instant::now();
    let terms = search_terms("refund number 77");
    let found = store.read(move |view| view.library_search(HERE, &terms, 400)).await?;
    figures.add("a search", start);
    if found.is_empty() || !registry.index_changes(Timestamp::try_from(SystemTime::now())?).is_empty() {
        return Err("nothing is found, or the later start has read files".into());
    }
    Ok(())
}

fn row(IndexRow { path, record, words }: IndexRow) -> LibraryRow {
    LibraryRow { path, record, words }
}

/// Makes the prompts as saving them one by one would.
fn fill(root: &Path, prompts: u32, versions: u32) -> Result<(), Failed> {
    for number in 0..prompts {
        let folder = root.join(format!("team-{}/prompt-{number:05}", number % 20));
        fs::create_dir_all(&folder)?;
        let mut labels =
            format!("[labels]\nproduction = {}\nstaging = {versions}\n", versions.saturating_sub(1).max(1));
        for version in 1..=versions {
            let source = source(number, version);
            fs::write(folder.join(format!("{version}.prompty")), source.to_text())?;
            let at = Timestamp::from_second(FIRST_SECOND + i64::from(version) * 3_600)?;
            write!(
                labels,
                "\n[versions.{version}]\nhash = \"{}\"\nmessage = \"Change {version} of number {number}\"\nauthor = \"ada\"\nat = \"{at}\"\n",
                source.content_hash()
            )?;
            if version > 1 {
                writeln!(labels, "parents = [{}]", version - 1)?;
            }
        }
        fs::write(folder.join("labels.toml"), labels)?;
    }
    fs::write(root.join("complete"), "")?;
    Ok(())
}

fn source(number: u32, version: u32) -> Source {
    let head = format!(
        "name: prompt {number}\ndescription: Answers letters of kind {number}\ninputs:\n- name: customer\n  kind: object\n- name: message\n  kind: string\n- name: policy\n  kind: array\n  default: []\nmodel:\n  options:\n    temperature: 0.2\n"
    );
    let body = format!(
        "system:\nYou answer mail for number {number}, in version {version}. A refund takes three days.\n{{% for rule in policy %}}\n- {{{{ rule.text }}}}\n{{% endfor %}}\n{}\nuser:\nFrom: {{{{ customer.name }}}}\n{{{{ message }}}}\n",
        "Be brief, be kind, and promise nothing that the policy doesn't say.\n".repeat(6)
    );
    Source::new(head, body)
}
