//! What a killed process leaves behind.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use signalbox_api::types::{CallListRequest, Empty, PromptNamed};
use signalbox_domain::{CallStatus, Money, SettlementKind};
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::{
    asking::question,
    harness::{App, Folders, toml_for},
};

/// The loopback host in a process of its own.
struct Host {
    child: Child,
    base: String,
    token: String,
    client: reqwest::Client,
}

impl Host {
    fn start(folders: &Folders) -> Self {
        let mut child = Command::new(binary())
            .args([
                "--home".as_ref(),
                folders.home().as_os_str(),
                "--workspace".as_ref(),
                folders.workspace().as_os_str(),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("signalbox-host starts; build it with cargo build --workspace");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("the first line says where it listens");
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { child, base: text("listening"), token: text("token"), client }
    }

    async fn ask(&self, name: &str, request: Value) -> Value {
        let url = format!("{}/api/{name}", self.base);
        let request = self.client.post(url).header("x-signalbox-token", &self.token).body(request.to_string());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    /// `kill -9`.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The host's binary, which cargo puts beside the folder of this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(|deps| deps.parent()).unwrap().join("signalbox-host")
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_a_killed_process_leaves_an_interrupted_call_no_hold_and_the_whole_draft() {
    let simulated = SimulatedSettings {
        pace: 0.0,
        faults: FaultSchedule::parse("stall_after(5)*").unwrap(),
        ..SimulatedSettings::default()
    };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.unwrap();
    let app =
        App::with(|folders| folders.write("signalbox.toml", &toml_for(&server.base_url(), "$5.00", "none"))).await;
    let folders = app.close().await;

    let host = Host::start(&folders);
    let draft =
        json!({ "name": "support/reply", "source": { "head": "", "body": "user:\nTyped just now 🚂\n" }, "base": 2 });
    host.ask("draft_save", draft).await;
    let start = json!({
        "text": { "kind": "draft", "name": "support/reply", "source": question() },
        "values": {},
        "target": { "by": "route", "name": "default" },
    });
    let call = host.ask("call_start", start).await["call"].clone();
    // Until a part of the answer is there and the money is held.
    loop {
        let detail = host.ask("call_get", json!({ "call": call })).await;
        if detail["answer"].as_str().is_some_and(|answer| !answer.is_empty())
            && detail["call"]["held"].as_i64() > Some(0)
        {
            break;
        }
    }
    host.kill();

    let app = App::open(folders).await;
    let info = app.core.app_info(Empty {}).await.unwrap();
    assert_eq!(info.interrupted, 1, "the start says so");
    let page = app.core.call_list(CallListRequest { limit: 10, ..CallListRequest::default() }).await.unwrap();
    let call = &page.calls[0];
    assert_eq!(call.status, CallStatus::Interrupted);
    let settlement = call.settlement.expect("what was sent is paid");
    assert_eq!(settlement.kind, SettlementKind::LowerBound);
    assert!(settlement.amount > Money::ZERO, "the input was sent");
    let budget = app.core.budget_list(Empty {}).await.unwrap().budgets.remove(0);
    assert_eq!((budget.standing.held, budget.standing.settled), (0, settlement.charged().nanos()), "no hold is left");
    assert!(settlement.doubtful > Money::ZERO, "the provider may charge what nobody heard");
    let detail = app.core.prompt_get(PromptNamed { name: "support/reply".into() }).await.unwrap();
    assert_eq!(detail.draft.expect("the draft is there").source.body, "user:\nTyped just now 🚂\n");
}
