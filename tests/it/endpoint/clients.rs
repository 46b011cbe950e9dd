//! The endpoint's callers as their makers publish them: the official clients for Python and JavaScript, `LangChain` and
//! promptfoo, unmodified but for an address and a token. What each of them holds is in `tests/clients`.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use signalbox_api::types::{BudgetList, CallPage};
use tokio::{process::Command, time::timeout};

use super::Served;
use crate::{
    harness::{PATIENCE, command},
    model::Model,
    upstreams::mock::installed,
};

/// A workspace in which every model answers in its own way.
const TOML: &str = r#"
[workspace]
name = "clients"
project = "support"
time_zone = "UTC"

[models.plain]
provider = "p-plain"
id = "simulated-small"

[models.priced]
provider = "p-plain"
id = "simulated-small"
price = { input = "1000.00", output = "1000.00" }

[routes.default]
generate = ["plain"]
embed = ["plain"]

[routes.stalls]
generate = ["stalls"]
limits = { first_token = "200ms", idle = "200ms", total = "5s" }

[routes.dear]
generate = ["priced"]

[budgets.daily]
scope = "project:*"
period = "day"
limit = "$0.001"

[providers.p-plain]
kind = "simulated"
pace = "0ms"
"#;

/// Models that are a fault, by the provider's schedule.
const FAULTS: &[(&str, &str)] = &[
    ("slow", "slow(30)*"),
    ("wrong", "client_error*"),
    ("long", "context_window*"),
    ("refuses", "refusal*"),
    ("keyless", "key_dead*"),
    ("busy", "rate_limited(retry_after=60)*"),
    ("busy-once", "rate_limited(retry_after=1)"),
    ("overloaded", "overloaded*"),
    ("broken", "server_error*"),
    ("silent", "empty*"),
    ("stalls", "stall*"),
    ("hangs", "stall*"),
    ("cut", "cut_after(3)*"),
];

fn toml() -> String {
    let mut toml = TOML.to_owned();
    for (name, faults) in FAULTS {
        toml.extend([format!(
            "\n[providers.p-{name}]\nkind = \"simulated\"\npace = \"0ms\"\nfaults = \"{faults}\"\n\
             [models.{name}]\nprovider = \"p-{name}\"\nid = \"simulated-small\"\n"
        )]);
    }
    toml
}

/// A client that is started against the endpoint.
#[derive(Clone, Copy)]
enum Client {
    Python(&'static str),
    Node(&'static str),
}

impl Client {
    fn command(self) -> Command {
        match self {
            Self::Python(script) => {
                let mut command = Command::new(installed("SIGNALBOX_CLIENTS_PYTHON"));
                command.arg(script_of(script));
                command
            }
            Self::Node(script) => {
                let mut command = Command::new("node");
                command.arg(script_of(script));
                command
            }
        }
    }
}

fn script_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// An application with its endpoint, on a workspace whose `signalbox.toml` has nothing wrong.
async fn serve(toml: &str) -> Served {
    let served = Served::of(toml).await;
    let info = command(&served.app.core, "app_info", json!({})).await.expect("it says how it is");
    assert_eq!(info["workspace"]["problems"], json!([]), "{toml}");
    served
}

/// Runs a client to its end; what it printed is shown when one of its checks fails.
async fn check(client: Client, served: &Served, model: Option<&str>) {
    let mut command = client.command();
    command
        .env("SIGNALBOX_ENDPOINT", &served.base)
        .env("SIGNALBOX_TOKEN", &served.token)
        .env("SIGNALBOX_CLIENTS_NODE", installed("SIGNALBOX_CLIENTS_NODE"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("OPENAI_API_KEY")
        .env_remove("ANTHROPIC_API_KEY")
        .envs(model.map(|model| ("SIGNALBOX_MODEL", model)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let done = command.output().await.expect("the client starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.lines().any(|line| line.ends_with(" passed, 0 failed") && !line.starts_with("0 ")), "{said}");
}

/// Every call of the log has ended, none holds money, and none names another caller than the token.
async fn settled(served: &Served) {
    let core = &served.app.core;
    let ask = async |name: &str, request: Value| command(core, name, request).await.expect("the command is answered");
    let page: CallPage = read(ask("call_list", json!({ "limit": 200 })).await);
    assert!(!page.calls.is_empty(), "the calls are in the log");
    for call in &page.calls {
        assert_eq!(call.caller.token.as_deref(), Some("app"), "{call:?}");
    }
    // Whoever left may have gone before its call had ended.
    let mut events = served.app.events();
    timeout(PATIENCE, async {
        loop {
            let state: BudgetList = read(ask("budget_list", json!({})).await);
            if state.budgets.iter().all(|budget| budget.standing.held == 0) {
                return;
            }
            events.next().await;
        }
    })
    .await
    .expect("nothing is held any more");
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the answer is what the list of commands says")
}

macro_rules! clients {
    ($($name:ident: $client:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let served = serve(&toml()).await;
            check($client, &served, None).await;
            settled(&served).await;
        })*
    };
}

clients! {
    the_openai_client_for_python_is_served: Client::Python("openai_client.py");
    the_anthropic_client_for_python_is_served: Client::Python("anthropic_client.py");
    langchain_is_served: Client::Python("langchain_client.py");
    the_openai_client_for_javascript_is_served: Client::Node("openai_client.mjs");
    the_anthropic_client_for_javascript_is_served: Client::Node("anthropic_client.mjs");
}

#[tokio::test(flavor = "multi_thread")]
async fn promptfoo_is_served() {
    let served = serve(&toml()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let results = folder.path().join("results.json");
    let entry = Path::new(&installed("SIGNALBOX_CLIENTS_NODE")).join("node_modules/promptfoo/dist/src/entrypoint.js");
    let done = Command::new("node")
        .arg(entry)
        .args(["eval", "--no-cache", "--no-progress-bar", "--no-table", "--config"])
        .arg(script_of("promptfooconfig.yaml"))
        .arg("--output")
        .arg(&results)
        .current_dir(folder.path())
        .env("OPENAI_BASE_URL", format!("{}/v1", served.base))
        .env("OPENAI_API_KEY", &served.token)
        .env("PROMPTFOO_CONFIG_DIR", folder.path())
        .env("PROMPTFOO_DISABLE_TELEMETRY", "1")
        .env("PROMPTFOO_DISABLE_UPDATE", "1")
        .env("PROMPTFOO_DISABLE_SHARING", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("promptfoo starts");
    let said = format!("{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
    let results: Value =
        serde_json::from_slice(&std::fs::read(&results).expect("it writes its results")).expect("JSON");
    let stats = &results["results"]["stats"];
    assert_eq!(
        (&stats["successes"], &stats["failures"], &stats["errors"]),
        (&2.into(), &0.into(), &0.into()),
        "{said}"
    );
    settled(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_clients_reach_a_real_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Model::start(folder.path()).await;
    let toml = format!(
        "[workspace]\nname = \"clients\"\nproject = \"support\"\ntime_zone = \"UTC\"\n\n\
         [providers.local]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.real]\nprovider = \"local\"\nid = \"{}\"\n\n[routes.default]\ngenerate = [\"real\"]\n",
        model.base_url(),
        model.name(),
    );
    let served = serve(&toml).await;
    for client in [
        Client::Python("openai_client.py"),
        Client::Python("anthropic_client.py"),
        Client::Python("langchain_client.py"),
        Client::Node("openai_client.mjs"),
        Client::Node("anthropic_client.mjs"),
    ] {
        check(client, &served, Some("real")).await;
    }
    settled(&served).await;
}
