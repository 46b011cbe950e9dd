//! A process that is killed while somebody types, again and again.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use signalbox_api::types::{DraftSave, PromptNamed};
use signalbox_prompts::Source;

use crate::harness::{App, Folders};

/// The folders in which a process of this test types; where it is set, this program is that process.
const TYPIST: &str = "SIGNALBOX_TEST_TYPIST";
/// How many processes are killed.
const KILLS: u32 = 200;
/// The most that is typed before one is killed.
const MOST_TYPED: u64 = 24;

/// The whole text after so many keystrokes.
fn typed(keystrokes: u32) -> Source {
    let letters = ["a", "é", "🚂", " ", "\n", "{{ message }}"];
    let text: String = letters.iter().cycle().take(keystrokes as usize).copied().collect();
    Source::new("description: typed\n", format!("user:\n{text}"))
}

/// What is typed in the other process: it says what it found, and then every keystroke once it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_types() {
    let Some(root) = std::env::var_os(TYPIST) else { return };
    let core = Folders::at(root.into()).open().await.unwrap();
    let name = "support/reply".to_owned();
    let found = core.prompt_get(PromptNamed { name: name.clone() }).await.unwrap().draft;
    let mut count = 0;
    if let Some(draft) = found {
        count = draft.source.body.chars().count() as u32;
        count = (0..=count).rev().find(|&keystrokes| typed(keystrokes) == draft.source).expect("a whole text was kept");
    }
    println!("\nfound {count}");
    loop {
        count += 1;
        core.draft_save(DraftSave { name: name.clone(), source: typed(count), base: 2 }).await.unwrap();
        println!("kept {count}");
    }
}

/// A process that types.
struct Typist {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Typist {
    fn start(folders: &Folders) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "typing::somebody_types", "--nocapture"])
            .env(TYPIST, folders.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The number in the next line that begins like this; none when the process has ended before.
    fn says(&mut self, what: &str) -> Option<u32> {
        loop {
            let line = self.lines.next()?.ok()?;
            if let Some(number) = line.strip_prefix(what) {
                return number.trim().parse().ok();
            }
        }
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_of_two_hundred_processes_killed_while_typing_none_loses_a_keystroke_that_was_kept() {
    let folders = App::start().await.close().await;
    let mut random = Random(7);
    let mut kept = 0;
    for kill in 0..KILLS {
        let mut typist = Typist::start(&folders);
        let found = typist.says("found ").expect("it starts after every kill");
        // What was being written at the moment may be there too, and nothing beyond it.
        assert!(found == kept || found == kept + 1, "kill {kill}: {kept} keystrokes were kept, and {found} are found");
        kept = found;
        for _ in 0..random.below(MOST_TYPED) {
            kept = typist.says("kept ").expect("it types until it is killed");
        }
        // At any place of the next writing, too.
        for _ in 0..random.below(4_000) {
            std::hint::spin_loop();
        }
        typist.child.kill().unwrap();
        // What it said before it was killed was kept as well.
        while let Some(number) = typist.says("kept ") {
            kept = number;
        }
        typist.child.wait().unwrap();
    }
    let app = App::open(folders).await;
    let draft = app.core.prompt_get(PromptNamed { name: "support/reply".into() }).await.unwrap().draft.unwrap();
    assert!(draft.source == typed(kept) || draft.source == typed(kept + 1));
}
