//! What reading a prompt at every key costs, without the rest of the application: `keystroke LINES RUNS`.
//!
//! `cargo xtask bench keystroke` measures the same together with tokens, prices and JSON.
#![allow(clippy::print_stdout, reason = "a measurement is read on standard output")]

mod text;

use std::{error::Error, time::Instant};

use signalbox_prompts::{
    Document, IncludeProblem, Included, Includes, Part, Pin, PromptName, Scope, Selector, Source,
    language::{Library, Listed, Query, complete, hover},
    lint, lint_in, render_in,
};
use text::{Figures, INCLUDES, TYPED, VARIABLES, WARM_UP, half, head, saved, shared};

/// The included prompts, in memory.
struct Shelf;

impl Includes for Shelf {
    fn resolve(&self, name: &PromptName, _: &Selector) -> Result<Included, IncludeProblem> {
        let number = name.as_str().rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let source = Source::new("", shared(number));
        Ok(Included { name: name.clone(), version: 1, hash: source.content_hash(), source })
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        self.resolve(pin.prompt.name(), pin.prompt.selector())
    }
}

impl Library for Shelf {
    fn prompts(&self) -> Vec<Listed> {
        Vec::new()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (lines, runs) = (number(2_000)?, number(300)?);
    let (head, before, after) = (head(), half(lines / 2, true), half(lines - lines / 2, false));
    let saved = saved();
    let scope = Scope::now(&Shelf);
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
        std::hint::black_box(lint(&source, &saved));
        figures.add(measured, "lint of the text alone", began.elapsed());

        let began = Instant::now();
        std::hint::black_box(lint_in(&source, &saved, &scope));
        figures.add(measured, "lint with its includes", began.elapsed());

        let began = Instant::now();
        std::hint::black_box(signalbox_keyshapes::scan(&source.body));
        figures.add(measured, "of which looking for secrets", began.elapsed());

        let document = Document::parse(&source.head)?;
        let values = saved.first().map(|set| &set.values).ok_or("there are saved values")?;
        let began = Instant::now();
        // Half a tag can't be rendered; what is asked is whether it is found out in time.
        std::hint::black_box(render_in(&source, &document, values, &scope).is_ok());
        figures.add(measured, "rendering", began.elapsed());

        let at = (before.chars().count() + typed.chars().count()) as u32;
        let query = Query { source: &source, saved: &saved, part: Part::Body, at, library: &Shelf, scope };
        let began = Instant::now();
        std::hint::black_box(complete(&query));
        figures.add(measured, "completion", began.elapsed());

        let began = Instant::now();
        std::hint::black_box(hover(&query));
        figures.add(measured, "hover", began.elapsed());
    }
    println!(
        "{lines} lines, {VARIABLES} variables, {INCLUDES} includes, {} bytes, {runs} keys",
        before.len() + after.len()
    );
    figures.print();
    Ok(())
}
