//! Callers that leave in the middle of an answer: the call is aborted upstream, settled and logged, and nothing stays
//! behind.

use std::{collections::BTreeMap, fs, sync::Arc};

use serde_json::Map;
use signalbox_domain::{CallStatus, Money, SettlementKind, Target};
use signalbox_gateway::{CallEvent, CallRequest, Gateway, Parts, PromptText, Settings, SystemClock};
use signalbox_prompts::Registry;
use signalbox_providers::Http;
use signalbox_store::{CallFilter, Place, Presence, Store, StoredCall};
use signalbox_workspace::Workspace;
use tokio::{runtime::Handle, task::JoinSet, time::timeout};

use super::{WORKSPACE, candidate, wire};
use crate::{
    asking::question,
    harness::{App, Folders, PATIENCE, memory_keychain},
};

/// How many callers are there at the same time.
const AT_ONCE: usize = 50;

/// A gateway without the application around it: its callers leave by dropping their call.
struct Rig {
    gateway: Arc<Gateway>,
    store: Store,
    _presence: Presence,
    _folders: Folders,
}

impl Rig {
    async fn start(toml: String) -> Self {
        let folders = App::with(|folders| folders.write("signalbox.toml", &toml)).await.close().await;
        let store = Store::open(&folders.home()).unwrap().store;
        let presence = Presence::announce(&folders.home()).unwrap();
        let workspace = Workspace::open(&folders.workspace()).unwrap();
        let loaded = workspace.load().unwrap();
        let config = loaded.config.expect("the configuration has no errors");
        let gateway = Gateway::new(Parts {
            store: store.clone(),
            owner: presence.owner(),
            keychain: memory_keychain(),
            registry: Arc::new(Registry::open(&workspace.root().join("prompts")).unwrap()),
            settings: Arc::new(Settings::connect(config, loaded.hash, &Http::new().unwrap())),
            clock: Arc::new(SystemClock),
            observers: Vec::new(),
        });
        Self { gateway, store, _presence: presence, _folders: folders }
    }

    /// So many callers ask, hear the beginning of their answer, and go.
    async fn callers(&self, count: usize) {
        let mut present = JoinSet::new();
        for _ in 0..count {
            if present.len() == AT_ONCE {
                present.join_next().await.unwrap().unwrap();
            }
            present.spawn(caller(self.gateway.clone()));
        }
        while let Some(left) = present.join_next().await {
            left.unwrap();
        }
    }

    /// Every call in the log of the workspace.
    async fn logged(&self) -> Vec<StoredCall> {
        let (filter, workspace) = (CallFilter::default(), self.gateway.workspace().to_owned());
        let page = self.store.read_log(move |view| view.call_page(&workspace, &filter, Place::Newest, u32::MAX)).await;
        page.unwrap().calls
    }

    /// Every call is settled, logged and out of the way.
    async fn nothing_is_left_of(&self, count: usize) {
        // Ends when every task of every call has ended.
        timeout(PATIENCE, self.gateway.close()).await.expect("every call ends");
        let (holds, running) = self.store.read(|view| Ok((view.holds()?, view.calls_running()?))).await.unwrap();
        let calls = self.logged().await;
        assert!(holds.is_empty(), "{} holds are left", holds.len());
        assert!(running.is_empty(), "{} calls are still running", running.len());
        assert_eq!(calls.len(), count, "every call is logged");
        let mut settled = Money::ZERO;
        for stored in calls {
            assert_eq!(stored.call.status, CallStatus::Cancelled, "{:?}", stored.call.failure);
            let settlement = stored.call.settlement.expect("it is settled");
            assert_eq!(settlement.kind, SettlementKind::LowerBound);
            assert!(settlement.amount > Money::ZERO, "what was sent and delivered is paid");
            settled += settlement.amount;
        }
        let used = self.gateway.budgets().await.unwrap().remove(0).uses.remove(0);
        assert_eq!((used.settled(), used.held()), (settled.nanos(), 0), "each call is in the ledger once");
    }
}

/// One caller: leaves as soon as a piece of the answer has come.
async fn caller(gateway: Arc<Gateway>) {
    let text = PromptText::Draft { name: "support/reply".into(), source: question() };
    let target = Target::Route("default".into());
    let mut calling = gateway.call(CallRequest::new(text, Map::new(), target));
    loop {
        match timeout(PATIENCE, calling.events.recv()).await.expect("an answer begins in time") {
            Some(CallEvent::Delta { .. }) => return,
            Some(CallEvent::Ended(call)) => panic!("it ended before its caller left: {:?}", call.failure),
            Some(_) => {}
            None => panic!("it was lost"),
        }
    }
}

/// What this process has open, by kind: files by their path, sockets and the like by their kind alone.
fn open_files() -> BTreeMap<String, usize> {
    let mut open = BTreeMap::new();
    for entry in fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
        // The folder that is read here is gone by now.
        if let Ok(target) = fs::read_link(entry.path()) {
            let target = target.to_string_lossy().into_owned();
            let kind = target.split_once(":[").map_or(target.clone(), |(kind, _)| kind.to_owned());
            *open.entry(kind).or_default() += 1;
        }
    }
    open
}

/// Waits until no more connections are open than `before`, and says what else is open that wasn't.
async fn until_closed(before: &BTreeMap<String, usize>) {
    let sockets = |open: &BTreeMap<String, usize>| open.get("socket").copied().unwrap_or_default();
    let closed = async {
        while sockets(&open_files()) > sockets(before) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = timeout(PATIENCE, closed).await;
    assert!(in_time.is_ok(), "{} connections are open, not {}", sockets(&open_files()), sockets(before));
    let database = |path: &str| path.contains("state.db");
    for (what, count) in open_files().into_iter().filter(|(what, _)| !database(what)) {
        assert!(count <= before.get(&what).copied().unwrap_or_default(), "{what} is open {count} times");
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_leave_leave_no_task_no_hold_and_no_running_call_behind() {
    let toml = "[providers.simulated]\nkind = \"simulated\"\npace = \"0ms\"\nfaults = \"stall_after(2)*\"\n\n\
                [models.small]\nprovider = \"simulated\"\nid = \"simulated-small\"\ntier = \"standard\"\n\
                price = { input = \"1.00\", output = \"4.00\" }\n\n\
                [routes.default]\ngenerate = [\"small\"]\nmax_output = 64\n";
    let rig = Rig::start(WORKSPACE.to_owned() + toml).await;
    rig.callers(1).await;
    let before = (tasks(), open_files());
    rig.callers(9_999).await;
    rig.nothing_is_left_of(10_000).await;
    assert!(tasks() <= before.0, "{} tasks, not {}", tasks(), before.0);
    until_closed(&before.1).await;
}

/// Waits until no more tasks are there than `before`.
async fn until_done(before: usize) {
    let done = async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(PATIENCE, done).await.is_ok(), "{} tasks, not {before}", tasks());
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_stay_and_never_read_leave_nothing_behind_either() {
    const STAYING: usize = 300;
    let server = wire("stall_after(2)*").await;
    let route = "[routes.default]\ngenerate = [\"far\"]\nmax_output = 64\nlimits = { idle = \"200ms\" }\n";
    let rig = Rig::start(WORKSPACE.to_owned() + &candidate("far", &server) + route).await;
    let before = (tasks(), open_files());
    let ask = || {
        let text = PromptText::Draft { name: "support/reply".into(), source: question() };
        rig.gateway.call(CallRequest::new(text, Map::new(), Target::Route("default".into())))
    };
    // They are there until the end of the test, and take nothing from their queues.
    let mut staying = Vec::new();
    while staying.len() < STAYING {
        staying.extend((0..AT_ONCE).map(|_| ask()));
        let logged = staying.len();
        let ended = async {
            loop {
                let running = rig.store.read(|view| view.calls_running()).await.unwrap().len();
                if running == 0 && rig.logged().await.len() == logged {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, ended).await.expect("every call ends although nobody reads");
    }
    let (holds, calls) = (rig.store.read(|view| view.holds()).await.unwrap(), rig.logged().await);
    assert!(holds.is_empty(), "{} holds are left", holds.len());
    for stored in &calls {
        let settlement = stored.call.settlement.expect("it is settled");
        assert_eq!((stored.call.status, settlement.kind), (CallStatus::Failed, SettlementKind::LowerBound));
    }
    timeout(PATIENCE, server.until_left_early(STAYING)).await.expect("every call is aborted upstream");
    until_done(before.0).await;
    until_closed(&before.1).await;
    assert_eq!(staying.len(), STAYING, "they are all still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_leave_over_http_are_aborted_upstream_and_leave_no_connection() {
    let server = wire("stall_after(2)*").await;
    let route = "[routes.default]\ngenerate = [\"far\"]\nmax_output = 64\n";
    let rig = Rig::start(WORKSPACE.to_owned() + &candidate("far", &server) + route).await;
    rig.callers(1).await;
    timeout(PATIENCE, server.until_left_early(1)).await.expect("the first call is aborted upstream");
    let before = (tasks(), open_files());
    rig.callers(999).await;
    timeout(PATIENCE, server.until_left_early(1_000)).await.expect("every call is aborted upstream");
    rig.nothing_is_left_of(1_000).await;
    until_done(before.0).await;
    until_closed(&before.1).await;
    assert_eq!(server.requests().len(), 1_000, "nobody asked twice");
}
