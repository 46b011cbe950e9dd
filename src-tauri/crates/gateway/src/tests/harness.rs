//! A gateway on fresh folders, with as many simulated providers as a test needs.

use std::sync::Arc;

use serde_json::Map;
use signalbox_domain::{
    Amounts, Call, CallId, Caller, Cause, Clock, ContentHash, Decision, Message, MessageRole, Money, Origin, Params,
    Price, ProviderKind, Role, Settlement, SettlementKind, Target, Tier,
};
use signalbox_prompts::Registry;
use signalbox_providers::Http;
use signalbox_secrets::{Keychain, Waits};
use signalbox_store::{LedgerEntry, Presence, Store};
use signalbox_workspace::config::{Chain, Config, Judge, KeySource, Limits, Model, OpenAiApi, Provider, Route};
use tempfile::TempDir;

use crate::{
    CallEvent, CallRequest, Calling, Delivery, Gateway, Parts, PromptText, Settings, StoredRequest, SystemClock,
    entropy,
};

/// The name of the one route.
pub(super) const ROUTE: &str = "default";

/// A gateway with its folders, which go with it.
pub(super) struct House {
    pub(super) gateway: Arc<Gateway>,
    pub(super) store: Store,
    pub(super) http: Http,
    _folder: TempDir,
    _presence: Presence,
}

/// What a caller saw of a call.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) call: Call,
    pub(super) text: String,
    pub(super) decisions: Vec<Decision>,
}

impl House {
    /// A gateway whose one route goes through providers with these faults, in this order; `change` may change the
    /// configuration.
    pub(super) fn new(faults: &[&str], change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(faults);
        change(&mut config);
        let http = Http::new().unwrap();
        Self::of(Settings::connect(config, ContentHash::of(b"config"), &http), Arc::new(SystemClock))
    }

    /// A gateway with these settings and this clock.
    pub(super) fn of(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let http = Http::new().unwrap();
        let home = folder.path().join("home");
        let store = Store::open(&home).unwrap().store;
        let presence = Presence::announce(&home).unwrap();
        let prompts = folder.path().join("prompts");
        std::fs::create_dir_all(&prompts).unwrap();
        let keychain = Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None));
        keychain.use_memory_until_quit();
        let gateway = Gateway::new(Parts {
            store: store.clone(),
            owner: presence.owner(),
            keychain,
            registry: Arc::new(Registry::open(&prompts).unwrap()),
            settings: Arc::new(settings),
            clock,
            observers: Vec::new(),
        });
        Self { gateway, store, http, _folder: folder, _presence: presence }
    }

    /// Asks, and watches to the end.
    pub(super) async fn ask(&self, text: &str) -> Watched {
        watch(self.gateway.call(request(text))).await
    }

    /// Lets the project have spent so much before.
    pub(super) async fn spend(&self, amount: &str) {
        let at = self.gateway.clock.now();
        let entry = LedgerEntry {
            call: CallId::new(at, entropy()),
            at,
            admitted_at: at,
            payer: self.gateway.settings().payer(&Caller::default(), None),
            model: None,
            settlement: Settlement::new(amount.parse().unwrap(), SettlementKind::Exact),
            tokens: 0,
            held: Amounts::ZERO,
        };
        self.store.write(move |tx| tx.ledger_add(&entry)).await.unwrap();
    }

    /// What is reserved at this moment, and what was settled in all.
    pub(super) async fn money(&self) -> (Money, Money) {
        self.store
            .read(|view| Ok((view.holds()?.iter().map(|hold| hold.amounts.money).sum(), view.settled_in_all()?)))
            .await
            .unwrap()
    }
}

impl Watched {
    /// The models that were tried, in order.
    pub(super) fn tried(&self) -> Vec<&str> {
        self.call.attempts.iter().map(|attempt| attempt.model.as_str()).collect()
    }

    /// Whether a choice was made for this cause.
    pub(super) fn has(&self, cause: Cause) -> bool {
        self.decisions.iter().any(|decision| decision.cause == cause)
    }

    /// The word for how it ended.
    pub(super) fn end(&self) -> &str {
        match &self.call.failure {
            Some(failure) => failure.class.as_str(),
            None => self.call.status.as_str(),
        }
    }
}

/// Watches a call to its end.
pub(super) async fn watch(mut calling: Calling) -> Watched {
    let (mut text, mut decisions) = (String::new(), Vec::new());
    while let Some(event) = calling.events.recv().await {
        match event {
            CallEvent::Delta { text: piece, .. } => text.push_str(&piece),
            CallEvent::Decided(decision) => decisions.push(decision),
            CallEvent::Ended(call) => return Watched { call: *call, text, decisions },
            CallEvent::Changed(_)
            | CallEvent::Draft { .. }
            | CallEvent::Reasoning(_)
            | CallEvent::Signed(_)
            | CallEvent::Kept(_)
            | CallEvent::ToolCall(_) => {}
        }
    }
    panic!("a call always says that it has ended");
}

/// A question in plain text to the route.
pub(super) fn request(text: &str) -> CallRequest {
    let request = StoredRequest {
        messages: vec![Message::text(MessageRole::User, text)],
        values: Map::new(),
        params: Params { max_tokens: Some(100), ..Params::default() },
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        engine: "none".into(),
    };
    CallRequest {
        role: Role::Generate,
        text: PromptText::Rendered { prompt: None, request: Box::new(request) },
        values: Map::new(),
        target: Target::Route(ROUTE.into()),
        origin: Origin::App,
        caller: Caller::default(),
        added: None,
        delivery: Delivery::Pieces,
    }
}

/// The name of a model by its place in the chain.
pub(super) fn name(index: usize) -> String {
    ["first", "second", "third"].get(index).unwrap().to_string()
}

pub(super) fn config(faults: &[&str]) -> Config {
    let names: Vec<String> = (0..faults.len()).map(name).collect();
    let provider = |(name, faults): (&String, &&str)| Provider {
        name: format!("{name}-provider"),
        kind: ProviderKind::Simulated,
        base_url: None,
        key: KeySource::None,
        keys: Vec::new(),
        api: OpenAiApi::Chat,
        preset: None,
        region: None,
        api_version: None,
        faults: Some((*faults).to_owned()),
        pace_ms: Some(0),
    };
    let model = |name: &String| Model {
        name: name.clone(),
        provider: format!("{name}-provider"),
        id: format!("simulated-{name}"),
        tier: Tier::Standard,
        family: None,
        price: Some(Price::flat(Money::from_nanos(1_000_000_000), Money::ZERO)),
        context_window: None,
        max_output: None,
    };
    Config {
        providers: names.iter().zip(faults).map(provider).collect(),
        models: names.iter().map(model).collect(),
        routes: vec![Route {
            name: ROUTE.into(),
            judge: names.last().map(|last| Judge { models: vec![last.clone()], min_tier: None }),
            generate: Chain::All(names),
            classify: Vec::new(),
            embed: Vec::new(),
            limits: Limits { first_token_ms: 200, idle_ms: 200, total_ms: 5_000 },
            max_output: 100,
            patience_ms: 1_000,
            integrity: false,
            reask: 2,
            cache: None,
        }],
        ..Config::default()
    }
}
