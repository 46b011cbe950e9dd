//! The bench: seventeen faults of a primary over real HTTP, with a healthy secondary behind it. Live, a part of the answer
//! may have been delivered when the fault comes, and then the caller must be told. With integrity nothing is delivered
//! before it is whole, so every fault must pass.

use std::fmt;

use signalbox_domain::CallStatus;
use signalbox_providers::wire::WireServer;

use super::{WORKSPACE, candidate, wire};
use crate::{
    asking::{Heard, form},
    harness::{App, Folders},
};

/// One fault and what must come of it.
struct Row {
    name: &'static str,
    /// What the primary does.
    primary: &'static str,
    live: Grade,
    /// What the caller should get.
    right: Right,
}

/// The right outcome of a fault.
#[derive(Clone, Copy)]
enum Right {
    /// The whole answer, by the primary.
    FromPrimary,
    /// The whole answer, by the secondary.
    FromSecondary,
    /// Nothing but the provider's refusal, and nobody else is asked.
    Refusal,
}

/// What the caller got.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Grade {
    /// What it should get.
    Pass,
    /// Less, and it is told so.
    Safe,
    /// Anything else.
    Fail(String),
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.write_str("pass"),
            Self::Safe => f.write_str("safe"),
            Self::Fail(what) => write!(f, "FAIL: {what}"),
        }
    }
}

const fn row(name: &'static str, primary: &'static str, live: Grade, right: Right) -> Row {
    Row { name, primary, live, right }
}

/// The row whose question asks for an answer that follows a schema.
const WRONG_JSON: &str = "wrong JSON";

const ROWS: [Row; 17] = [
    row("429 with a short wait", "rate_limited(retry_after=0.2)", Grade::Pass, Right::FromPrimary),
    row("429 with a long wait", "rate_limited(retry_after=60)*", Grade::Pass, Right::FromSecondary),
    row("429 without a wait", "rate_limited*", Grade::Pass, Right::FromSecondary),
    row("outage", "overloaded*", Grade::Pass, Right::FromSecondary),
    row("one server error", "server_error", Grade::Pass, Right::FromPrimary),
    row("only server errors", "server_error(502)*", Grade::Pass, Right::FromSecondary),
    row("no connection", "unreachable*", Grade::Pass, Right::FromSecondary),
    row("the key is dead", "key_dead*", Grade::Pass, Right::FromSecondary),
    row("stall before the first token", "stall*", Grade::Pass, Right::FromSecondary),
    row("stall after the first token", "stall_after(3)*", Grade::Safe, Right::FromSecondary),
    row("cut before the first token", "cut*", Grade::Pass, Right::FromSecondary),
    row("cut after the first token", "cut_after(3)*", Grade::Safe, Right::FromSecondary),
    row("one unreadable chunk", "malformed(1)*", Grade::Safe, Right::FromSecondary),
    // It is held back and asked for again first, whatever the route says.
    row(WRONG_JSON, "wrong_json*", Grade::Pass, Right::FromSecondary),
    row("empty success", "empty*", Grade::Pass, Right::FromSecondary),
    row("content filter", "refusal*", Grade::Pass, Right::Refusal),
    // As a whole it takes longer than any single limit.
    row("slow, but alive", "slow(15)*", Grade::Pass, Right::FromPrimary),
];

/// The primaries, row by row, the secondary, and a healthy server that says what the right answer is.
struct Servers {
    primaries: Vec<WireServer>,
    secondary: WireServer,
    reference: WireServer,
}

impl Servers {
    async fn start() -> Self {
        let mut primaries = Vec::new();
        for row in &ROWS {
            primaries.push(wire(row.primary).await);
        }
        Self { primaries, secondary: wire("").await, reference: wire("").await }
    }

    /// Every row has a route and a provider of its own, so that no row meets the cool-down of another.
    fn configure(&self, integrity: bool, folders: &Folders) {
        let mut toml = WORKSPACE.to_owned() + &candidate("secondary", &self.secondary);
        toml += &candidate("reference", &self.reference);
        toml += "[routes.reference]\ngenerate = [\"reference\"]\nmax_output = 256\n\n";
        for (index, primary) in self.primaries.iter().enumerate() {
            toml += &candidate(&format!("primary{index}"), primary);
            let route = format!(
                "[routes.row{index}]\ngenerate = [\"primary{index}\", \"secondary\"]\nmax_output = 256\n\
                 limits = {{ first_token = \"300ms\", idle = \"300ms\", total = \"20s\" }}\n\
                 patience = \"2s\"\nintegrity = {integrity}\n\n"
            );
            toml += &route;
        }
        folders.write("signalbox.toml", &toml);
    }
}

impl Row {
    fn grade(&self, heard: &Heard, expected: &str, served: &str, others_asked: bool) -> Grade {
        let told = heard.call.status == CallStatus::Failed && !heard.failure().is_empty();
        let whole = heard.looks_whole() && heard.text == expected;
        let right = match self.right {
            Right::FromPrimary => whole && served.starts_with("primary") && !heard.call.degraded,
            Right::FromSecondary => whole && served == "secondary" && heard.call.degraded,
            Right::Refusal => told && heard.failure() == "content policy" && heard.text.is_empty() && !others_asked,
        };
        // An answer that says that it isn't whole is as good as an error.
        let said = heard.call.status == CallStatus::Done && !heard.looks_whole();
        match right {
            true => Grade::Pass,
            false if (told || said) && !matches!(self.right, Right::Refusal) => Grade::Safe,
            false => Grade::Fail(format!("by {served}: {}", heard.in_words())),
        }
    }
}

/// Runs all rows in one mode and counts passes, safe ends and failures.
async fn check(integrity: bool) -> [usize; 3] {
    let servers = Servers::start().await;
    let app = App::with(|folders| servers.configure(integrity, folders)).await;
    let expected = app.ask("reference").await;
    assert!(expected.looks_whole() && expected.text.len() > 50, "{}", expected.in_words());

    let formed = app.ask_with("reference", form()).await;
    assert!(formed.looks_whole() && formed.text.starts_with('{'), "{}", formed.in_words());

    let mut grades = Vec::new();
    for (index, row) in ROWS.iter().enumerate() {
        let before = servers.secondary.requests().len();
        let route = format!("row{index}");
        let (heard, expected) = if row.name == WRONG_JSON {
            (app.ask_with(&route, form()).await, &formed)
        } else {
            (app.ask(&route).await, &expected)
        };
        let others_asked = servers.secondary.requests().len() > before;
        let served = heard.call.served.as_ref().map_or("nobody", |served| served.model.as_str());
        let grade = row.grade(&heard, &expected.text, served, others_asked);
        println!("{:<32}{:<32}{grade}", row.name, row.primary);
        grades.push(grade);
    }
    for (row, grade) in ROWS.iter().zip(&grades) {
        let wanted = if integrity { &Grade::Pass } else { &row.live };
        assert!(grade == wanted || *grade == Grade::Pass, "{}: {grade}", row.name);
    }
    let count = |wanted: fn(&Grade) -> bool| grades.iter().filter(|grade| wanted(grade)).count();
    [
        count(|grade| *grade == Grade::Pass),
        count(|grade| *grade == Grade::Safe),
        count(|grade| matches!(grade, Grade::Fail(_))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn live_no_fault_looks_like_a_whole_answer_and_fourteen_pass() {
    let [passed, safe, failed] = check(false).await;
    assert!(passed >= 14 && failed == 0, "{passed} pass, {safe} safe, {failed} fail");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_integrity_every_fault_passes() {
    assert_eq!(check(true).await, [ROWS.len(), 0, 0], "pass, safe, fail");
}
