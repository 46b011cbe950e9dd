//! A request gets its candidates: the plan whose worst case is then reserved.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use signalbox_domain::{
    Cause, ErrorClass, Failure, ModelRequest, Money, Price, ProviderKind, Role, Stage, Target, Tier, Usage,
};
use signalbox_providers::{Prepared, Provider};
use signalbox_workspace::config::{Budget, CachePolicy, DEFAULT_MAX_OUTPUT, DEFAULT_PATIENCE_MS, Limits, UnknownPrice};

use crate::{
    PriceTable, Ratios, StoredRequest, TokenCounter,
    chain::MOST_WAITS,
    pipeline::{Passage, Stop},
    tokens::Counted,
};

/// The ordered candidates of a call, and the rules for all of them.
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    /// The model that is named first. An answer of any other is degraded.
    pub(crate) first: String,
    /// Why that one isn't among the candidates, where it isn't. It is left out before anything is sent, when it isn't
    /// configured as it must be or its protocol can't say the request: that is a choice of the route, told in a decision
    /// and on the answer, and no fallback, which never follows a provider's refusal of the request. When no candidate can
    /// say it, the request is to blame, and the call fails.
    pub(crate) first_left_out: Option<Failure>,
    pub(crate) limits: Limits,
    /// The longest wait for one candidate before the next is tried.
    pub(crate) patience: Duration,
    /// Whether the answer is held back until it is whole.
    pub(crate) integrity: bool,
    /// The schema that the answer should follow.
    pub(crate) schema: Option<Value>,
    pub(crate) cache: Option<CachePolicy>,
}

/// One of the keys that a candidate can be called with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySlot {
    /// Its name, where the provider has several.
    pub(crate) name: Option<String>,
    /// The name under which it is kept in the keychain.
    pub(crate) account: String,
}

/// How sure a price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pricing {
    Known,
    /// Nobody knows it; a budget says what it counts as.
    Ceiling(Money),
    /// Nobody knows it, and no budget asks.
    Unknown,
}

/// One model in a chain, with the bytes that it would be sent.
pub(crate) struct Candidate {
    pub(crate) provider_name: String,
    pub(crate) model: String,
    pub(crate) tier: Tier,
    pub(crate) provider: Arc<dyn Provider>,
    /// Its keys; none where none is needed.
    pub(crate) keys: Vec<KeySlot>,
    /// How many tokens its context window has, where that is known.
    pub(crate) window: Option<u32>,
    pub(crate) simulated: bool,
    pub(crate) prepared: Prepared,
    pub(crate) price: Price,
    pub(crate) pricing: Pricing,
    pub(crate) counter: TokenCounter,
    pub(crate) input: Counted,
    /// The model's identifier at its provider and the characters that are sent, where there is something to be learned
    /// from the provider's count.
    pub(crate) learns: Option<(String, u64)>,
    pub(crate) max_output: u64,
}

impl Candidate {
    /// The name of one of its keys.
    pub(crate) fn key_name(&self, index: usize) -> Option<&str> {
        self.keys.get(index)?.name.as_deref()
    }

    /// The most that one attempt can cost.
    pub(crate) fn worst_case(&self) -> Money {
        self.price.dearest(self.input.at_most, self.max_output)
    }

    /// What tokens cost; none where nobody knows.
    pub(crate) fn cost(&self, usage: &Usage) -> Option<Money> {
        (self.pricing != Pricing::Unknown).then(|| self.price.cost(usage))
    }

    /// Why nobody knows what it costs, where that is so.
    pub(crate) fn unpriced(&self) -> Option<String> {
        match self.pricing {
            Pricing::Known => None,
            Pricing::Ceiling(most) => {
                Some(format!("the price of {} is unknown and counts as {most} per million tokens", self.model))
            }
            Pricing::Unknown => Some(format!("the price of {} is unknown, so what it costs isn't counted", self.model)),
        }
    }

    /// What an attempt has cost at least, when the provider doesn't say: its input, and the tokens that came from it.
    pub(crate) fn lower_bound(&self, delivered: u64) -> (Usage, Money) {
        let output = delivered.min(self.max_output);
        let usage = Usage { input: self.input.likely, output, ..Usage::default() };
        (usage, self.price.cost(&usage))
    }
}

impl Plan {
    /// The most that the whole plan can cost: every candidate charged in full, and the dearest of them once more, since
    /// an attempt may be charged and still give no answer. Further attempts are made only as far as the hold covers them.
    pub(crate) fn worst_case(&self) -> Money {
        let all: Money = self.candidates.iter().map(Candidate::worst_case).sum();
        all + self.candidates.iter().map(Candidate::worst_case).max().unwrap_or_default()
    }

    /// The most attempts that the plan allows.
    pub(crate) fn most_attempts(&self) -> usize {
        self.candidates.iter().map(|candidate| 1 + MOST_WAITS as usize + candidate.keys.len()).sum()
    }
}

pub(crate) async fn run(passage: &mut Passage, request: &StoredRequest) -> Result<Plan, Stop> {
    let settings = passage.settings.clone();
    let config = &settings.config;
    let role = passage.call.role;
    let (names, route, cause) = match &passage.call.target {
        Target::Model(name) => (vec![name.clone()], None, Cause::ModelNamed),
        Target::Route(name) => {
            let route = config.route(name).ok_or_else(|| {
                failed(format!("there is no route {name:?} in signalbox.toml"), "Choose another route, or add this one")
            })?;
            (route.chain(role, Tier::Standard).to_vec(), Some(route), Cause::Chain)
        }
    };
    if names.is_empty() {
        return Err(failed(
            format!("the route {:?} has no model for the role {}", passage.call.target.name(), role.as_str()),
            "Name a model for it in signalbox.toml",
        ));
    }
    let max_output = route.map_or(DEFAULT_MAX_OUTPUT, |route| route.max_output);
    let unknown_price = strictest(&settings.budgets(passage.project()));
    let ratios = passage.gateway.ratios();
    let (mut candidates, mut refused, mut first_left_out) = (Vec::with_capacity(names.len()), None, None);
    for (place, name) in names.iter().enumerate() {
        match candidate(&settings, name, role, request, max_output, unknown_price, &ratios) {
            Ok(candidate) => candidates.push(candidate),
            Err(failure) => {
                let detail = format!("{name} is left out: {}", failure.message);
                passage.recorder.decide(Stage::Route, Cause::Skipped, detail).await;
                if place == 0 {
                    first_left_out = Some(failure.clone());
                }
                refused.get_or_insert(failure);
            }
        }
    }
    if candidates.is_empty() {
        return Err(refused.map_or(Stop::Cancelled, Stop::Failed));
    }
    let detail = match route {
        None => format!("{}, without a chain", names.join(", ")),
        Some(route) => {
            let held = if route.integrity { "; held back until it is whole" } else { "" };
            format!("route {}, {}: {}{held}", route.name, role.as_str(), names.join(", then "))
        }
    };
    passage.recorder.decide_with(Stage::Route, cause, detail, json!({ "candidates": names })).await;
    Ok(Plan {
        candidates,
        first: names.into_iter().next().unwrap_or_default(),
        first_left_out,
        limits: route.map_or_else(Limits::default, |route| route.limits),
        patience: Duration::from_millis(route.map_or(DEFAULT_PATIENCE_MS, |route| route.patience_ms)),
        integrity: route.is_some_and(|route| route.integrity),
        schema: request.schema.clone(),
        // Vectors cost little to make and much to keep.
        cache: route.and_then(|route| route.cache).filter(|_| role != Role::Embed),
    })
}

/// What the budgets together say of models whose price is unknown; none without a budget, when there is nothing to
/// overspend.
fn strictest(budgets: &[Budget]) -> Option<UnknownPrice> {
    budgets.iter().map(|budget| budget.unknown_price).reduce(|sofar, next| match (sofar, next) {
        (UnknownPrice::Block, _) | (_, UnknownPrice::Block) => UnknownPrice::Block,
        (UnknownPrice::Ceiling(one), UnknownPrice::Ceiling(other)) => UnknownPrice::Ceiling(one.max(other)),
    })
}

fn candidate(
    settings: &crate::Settings,
    name: &str,
    role: Role,
    request: &StoredRequest,
    max_output: u32,
    unknown_price: Option<UnknownPrice>,
    ratios: &Ratios,
) -> Result<Candidate, Failure> {
    let config = &settings.config;
    let (model, served_by, provider) = config
        .model(name)
        .and_then(|model| {
            let served_by = config.provider_of(model)?;
            Some((model, served_by, settings.providers.get(&served_by.name)?.clone()))
        })
        .ok_or_else(|| {
            unusable(format!("there is no model {name:?} in signalbox.toml"), "Choose another model, or add this one")
        })?;
    let table = PriceTable::shipped();
    let (price, pricing) = match (table.price(model, served_by).price, unknown_price) {
        (Some(price), _) => (price, Pricing::Known),
        (None, Some(UnknownPrice::Ceiling(most))) => (Price::ceiling(most), Pricing::Ceiling(most)),
        (None, None) => (Price::FREE, Pricing::Unknown),
        (None, Some(UnknownPrice::Block)) => {
            return Err(unusable(
                format!("the price of {name} is unknown, and a budget blocks such models"),
                "Set its price in Providers, or set unknown_price of the budget to a ceiling",
            ));
        }
    };
    let mut params = request.params.clone();
    let wanted = params.max_tokens.unwrap_or(max_output);
    let longest = match role {
        // Vectors have no tokens of their own.
        Role::Embed => 0,
        _ => wanted.min(table.max_output(model, served_by).unwrap_or(u32::MAX)),
    };
    // What is asked for is always said, so that what is held is what can be used.
    params.max_tokens = Some(longest);
    let counter = TokenCounter::of(&model.id, ratios);
    let asked = ModelRequest {
        model: model.id.clone(),
        messages: request.messages.clone(),
        params,
        schema: request.schema.clone(),
        tools: request.tools.clone(),
        tool_choice: request.tool_choice.clone(),
        extra: request.extra.clone(),
        stream: true,
    };
    let prepared = match role {
        Role::Embed => provider.prepare_vectors(&asked)?,
        _ => provider.prepare(&asked)?,
    };
    let input = counter.request(&request.messages, &request.tools, request.schema.as_ref());
    let simulated = provider.kind() == ProviderKind::Simulated;
    let learns = Ratios::measure(&request.messages, &request.tools, request.schema.as_ref())
        .filter(|_| !input.exact && !simulated)
        .map(|characters| (model.id.clone(), characters));
    Ok(Candidate {
        provider_name: served_by.name.clone(),
        model: name.to_owned(),
        tier: model.tier,
        keys: served_by.key_accounts().into_iter().map(|(name, account)| KeySlot { name, account }).collect(),
        window: table.context_window(model, served_by),
        simulated,
        provider,
        prepared,
        price,
        pricing,
        counter,
        learns,
        input,
        max_output: u64::from(longest),
    })
}

/// A candidate that can't be called at all.
fn unusable(message: String, hint: &str) -> Failure {
    Failure::new(ErrorClass::Client, message).with_hint(hint)
}

fn failed(message: String, hint: &str) -> Stop {
    Stop::Failed(unusable(message, hint))
}
