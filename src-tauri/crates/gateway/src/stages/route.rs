//! A request gets its candidates: the plan whose worst case is then reserved.

use std::{ops::Bound, sync::Arc, time::Duration};

use serde_json::{Value, json};
use signalbox_domain::{
    Amounts, BudgetRefusal, Cause, ErrorClass, Failure, ModelRequest, Money, Price, ProviderKind, Role, Stage, Target,
    Tier, Usage,
};
use signalbox_output::{Piece, Reask, Schema};
use signalbox_providers::{Prepared, Provider};
use signalbox_store::Unheard;
use signalbox_workspace::config::{
    CachePolicy, Chain, DEFAULT_MAX_OUTPUT, DEFAULT_PATIENCE_MS, DEFAULT_REASK, Limits, UnknownPrice,
};

use crate::{
    Delivery, PriceTable, Ratios, StoredRequest, TokenCounter,
    chain::MOST_WAITS,
    pipeline::{Passage, Stop},
    stages::{
        form::{self, Form, Part},
        reserve::{self, JudgeNeeds},
    },
    tokens::Counted,
};

/// How long the answer may be that gives a part of another anew: so many tokens, and so many times those of what it is to
/// replace.
const PART_TOKENS: u64 = 256;
const PART_TIMES: u64 = 3;

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
    /// Whether the route holds every answer back until it is whole.
    pub(crate) integrity: bool,
    /// Whether every answer is held back, because of that or because the caller takes it in one piece.
    pub(crate) held_back: bool,
    /// Whether what a model writes is shown before it is an answer.
    pub(crate) drafts: bool,
    /// The schema that the answer must follow.
    pub(crate) schema: Option<Arc<Schema>>,
    /// How often a candidate is asked again for what doesn't follow it.
    pub(crate) reask: u32,
    pub(crate) cache: Option<CachePolicy>,
    /// The tier whose chain it is; none for a model without a chain.
    pub(crate) tier: Option<Tier>,
    /// What the first candidate would be asked before a budget makes the plan cheaper: kept answers are known by it.
    pub(crate) asked: Question,
    /// Why a kept answer of any age is served before a new one is made.
    pub(crate) cache_first: Option<String>,
    /// Why nothing but a kept answer may be served, where that is so.
    pub(crate) kept_only: Option<KeptOnly>,
    /// What the judge may need.
    pub(crate) judge: JudgeNeeds,
}

/// A budget is used up, and a kept answer is served instead of a refusal.
pub(crate) struct KeptOnly {
    /// Why, in words.
    pub(crate) reason: String,
    /// What the call ends with if the answer has gone meanwhile.
    pub(crate) instead_of: BudgetRefusal,
}

/// What a provider would be asked.
pub(crate) struct Question {
    /// The provider.
    pub(crate) provider: String,
    pub(crate) sent: Prepared,
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
    /// How it is held to a schema, where there is one.
    pub(crate) form: Option<Form>,
    /// Whether it is asked only when the answer of another doesn't follow its schema.
    pub(crate) escalation: bool,
}

impl Candidate {
    /// The name of one of its keys.
    pub(crate) fn key_name(&self, index: usize) -> Option<&str> {
        self.keys.get(index)?.name.as_deref()
    }

    /// The most that one attempt can use.
    pub(crate) fn worst_case(&self) -> Amounts {
        self.worst_case_at(u64::MAX)
    }

    /// The same with an answer that has at most so many tokens.
    fn worst_case_at(&self, longest: u64) -> Amounts {
        let output = self.max_output.min(longest);
        worst_case(&self.price, self.input.at_most, output)
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

    /// What an attempt uses of which no more is heard than so many tokens.
    pub(crate) fn unheard(&self, delivered: u64) -> Unheard {
        let (spent, most) = (self.lower_bound(delivered).1, self.worst_case());
        Unheard { spent, doubtful: (most.money - spent).max(Money::ZERO), tokens: most.tokens }
    }

    /// What an attempt has cost at least, when the provider doesn't say: its input, and the tokens that came from it.
    pub(crate) fn lower_bound(&self, delivered: u64) -> (Usage, Money) {
        let output = delivered.min(self.max_output);
        let usage = Usage { input: self.input.likely, output, ..Usage::default() };
        (usage, self.price.cost(&usage))
    }
}

impl Plan {
    /// The most that the whole plan can use: every candidate charged in full, and the dearest of them once more, since
    /// an attempt may be charged and still give no answer. Further attempts are made only as far as the hold covers them.
    pub(crate) fn worst_case(&self) -> Amounts {
        self.worst_case_at(u64::MAX)
    }

    /// The same with answers that have at most so many tokens.
    pub(crate) fn worst_case_at(&self, longest: u64) -> Amounts {
        let (mut all, mut most) = (Amounts { requests: 1, ..Amounts::ZERO }, Amounts::ZERO);
        for one in self.candidates.iter().map(|candidate| candidate.worst_case_at(longest)) {
            all += one;
            most = Amounts { money: most.money.max(one.money), tokens: most.tokens.max(one.tokens), requests: 0 };
        }
        all + most
    }

    /// Whether a candidate's answer is held back until it is whole and follows its schema.
    pub(crate) fn holds_back(&self, candidate: &Candidate) -> bool {
        self.held_back || self.drafts || candidate.form.as_ref().is_some_and(|form| !form.can_be_streamed())
    }

    /// Does without candidates that would only be asked because of the schema; says whether there were any.
    pub(crate) fn forgo_escalation(&mut self) -> bool {
        let before = self.candidates.len();
        self.candidates.retain(|candidate| !candidate.escalation);
        self.candidates.len() < before
    }

    /// The names of its candidates.
    pub(crate) fn names(&self) -> Vec<String> {
        self.candidates.iter().map(|candidate| candidate.model.clone()).collect()
    }

    /// The longest answer that any candidate may give, in tokens.
    pub(crate) fn longest(&self) -> u64 {
        self.candidates.iter().map(|candidate| candidate.max_output).max().unwrap_or_default()
    }

    /// The most attempts that the plan allows.
    pub(crate) fn most_attempts(&self) -> usize {
        let reasks = if self.schema.is_some() { self.reask as usize } else { 0 };
        self.candidates.iter().map(|candidate| 1 + MOST_WAITS as usize + candidate.keys.len() + reasks).sum()
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
    let ratios = passage.gateway.ratios();
    let schema = compiled(passage, request).await;
    let wanted = if schema.is_some() { Wanted::Schema } else { Wanted::Text };
    let terms =
        Terms { role, max_output, clamp: None, unknown_price: strictest(passage), ratios: &ratios, wanted: &wanted };
    let (mut candidates, mut refused, mut first_left_out) = (Vec::with_capacity(names.len()), None, None);
    for (place, name) in names.iter().enumerate() {
        match candidate(&settings, name, request, &terms) {
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
    let Some(first) = candidates.first() else {
        return Err(refused.map_or(Stop::Cancelled, Stop::Failed));
    };
    let asked = Question { provider: first.provider_name.clone(), sent: first.prepared.clone() };
    if let Some(route) = route.filter(|_| role == Role::Generate && schema.is_some()) {
        let stronger = stronger(&route.generate, &names);
        let stronger = stronger.filter_map(|name| candidate(&settings, name, request, &terms).ok());
        candidates.extend(stronger.map(|candidate| Candidate { escalation: true, ..candidate }));
    }
    let judge = match route {
        Some(route) if role == Role::Generate => reserve::needs(&settings, route, request, &candidates, &terms),
        _ => JudgeNeeds::Nothing,
    };
    let integrity = route.is_some_and(|route| route.integrity);
    let detail = match route {
        None => format!("{}, without a chain", names.join(", ")),
        Some(route) => {
            let held = if integrity { "; held back until it is whole" } else { "" };
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
        integrity,
        held_back: integrity || passage.delivery == Delivery::Whole,
        drafts: !integrity && schema.is_some() && passage.delivery == Delivery::Shown,
        schema,
        reask: route.map_or(DEFAULT_REASK, |route| route.reask),
        // Vectors cost little to make and much to keep.
        cache: route.and_then(|route| route.cache).filter(|_| role != Role::Embed),
        tier: route.filter(|_| role == Role::Generate).map(|_| Tier::Standard),
        asked,
        cache_first: None,
        kept_only: None,
        judge,
    })
}

/// The schema of a request, ready to be used. One that is no schema forbids nothing.
async fn compiled(passage: &mut Passage, request: &StoredRequest) -> Option<Arc<Schema>> {
    let source = request.schema.as_ref()?;
    match Schema::compile(source) {
        Ok(schema) => Some(Arc::new(schema)),
        Err(error) => {
            let detail = format!("the schema can't be used, so no answer is held to it: {error}");
            passage.recorder.decide(Stage::Route, Cause::Skipped, detail).await;
            None
        }
    }
}

/// The models of the next stronger tier that has others than these.
fn stronger<'a>(chain: &'a Chain, names: &'a [String]) -> impl Iterator<Item = &'a String> {
    let tiers = match chain {
        Chain::Tiers(tiers) => Some(tiers),
        Chain::All(_) => None,
    };
    let above = (Bound::Excluded(Tier::Standard), Bound::Unbounded);
    let mut lists = tiers.into_iter().flat_map(move |tiers| tiers.range(above)).map(|(_, models)| models);
    let list = lists.find(|models| models.iter().any(|name| !names.contains(name)));
    list.into_iter().flatten().filter(|name| !names.contains(name))
}

/// The same candidate, asked again for a part of its answer; none when that can't be said. One that thinks first needs as
/// many tokens as for the whole.
pub(crate) fn reasked(
    passage: &Passage,
    asked: &Candidate,
    answer: &str,
    part: Part,
    thinks: bool,
) -> Option<Candidate> {
    let before = passage.conversation.as_ref()?;
    let request = StoredRequest { messages: form::again(&before.messages, answer, &part.reask), ..(**before).clone() };
    let ratios = passage.gateway.ratios();
    let (role, unknown_price) = (passage.call.role, strictest(passage));
    let longest = if thinks { asked.max_output } else { longest_part(asked, &part.reask) };
    let longest = u32::try_from(longest).ok();
    let wanted = Wanted::Part(Arc::new(part));
    let max_output = longest.unwrap_or(u32::MAX);
    let terms = Terms { role, max_output, clamp: longest, unknown_price, ratios: &ratios, wanted: &wanted };
    candidate(&passage.settings, &asked.model, &request, &terms).ok()
}

/// How long the answer may be that gives a part anew: as long as the whole, or a few times as long as what stands there.
fn longest_part(asked: &Candidate, reask: &Reask) -> u64 {
    let found = |piece: &Piece| piece.found.as_ref().filter(|_| !piece.path.is_empty()).map(Value::to_string);
    let found: Option<Vec<String>> = reask.pieces.iter().map(found).collect();
    let Some(found) = found else { return asked.max_output };
    let tokens: u64 = found.iter().map(|text| asked.counter.text(text).at_most).sum();
    (PART_TOKENS + tokens.saturating_mul(PART_TIMES)).min(asked.max_output)
}

/// The candidates of other names, or with shorter answers; none when no model of them can be called.
pub(crate) fn candidates(
    passage: &Passage,
    request: &StoredRequest,
    plan: &Plan,
    names: &[String],
    clamp: Option<u32>,
) -> Option<Vec<Candidate>> {
    let settings = &passage.settings;
    let route = match &passage.call.target {
        Target::Route(name) => settings.config.route(name),
        Target::Model(_) => None,
    };
    let max_output = route.map_or(DEFAULT_MAX_OUTPUT, |route| route.max_output);
    let ratios = passage.gateway.ratios();
    let (role, unknown_price) = (passage.call.role, strictest(passage));
    let wanted = if plan.schema.is_some() { Wanted::Schema } else { Wanted::Text };
    let terms = Terms { role, max_output, clamp, unknown_price, ratios: &ratios, wanted: &wanted };
    let made: Vec<_> = names.iter().filter_map(|name| candidate(settings, name, request, &terms).ok()).collect();
    (!made.is_empty()).then_some(made)
}

/// What holds for every candidate of a plan.
pub(crate) struct Terms<'a> {
    pub(crate) role: Role,
    /// The longest answer of a prompt that sets none.
    pub(crate) max_output: u32,
    /// The longest answer that a budget leaves.
    pub(crate) clamp: Option<u32>,
    /// What budgets say of models whose price is unknown; none without a budget of money.
    pub(crate) unknown_price: Option<UnknownPrice>,
    pub(crate) ratios: &'a Ratios,
    /// What the answer must be.
    pub(crate) wanted: &'a Wanted,
}

/// What an answer must be.
pub(crate) enum Wanted {
    /// Any text.
    Text,
    /// What follows the request's schema.
    Schema,
    /// A part of it, to be put in the place of what doesn't.
    Part(Arc<Part>),
}

/// What the budgets of money together say of models whose price is unknown; none without one, when there is nothing to
/// overspend.
fn strictest(passage: &Passage) -> Option<UnknownPrice> {
    let budgets = passage.settings.budgets(&passage.payer());
    let money = budgets.iter().map(|(budget, _)| budget).filter(|budget| budget.counts_money());
    money.map(|budget| budget.unknown_price).reduce(|sofar, next| match (sofar, next) {
        (UnknownPrice::Block, _) | (_, UnknownPrice::Block) => UnknownPrice::Block,
        (UnknownPrice::Ceiling(one), UnknownPrice::Ceiling(other)) => UnknownPrice::Ceiling(one.max(other)),
    })
}

/// The most that one attempt can use.
pub(crate) fn worst_case(price: &Price, input: u64, output: u64) -> Amounts {
    let tokens = i64::try_from(input.saturating_add(output)).unwrap_or(i64::MAX);
    Amounts { money: price.dearest(input, output), tokens, requests: 0 }
}

pub(crate) fn candidate(
    settings: &crate::Settings,
    name: &str,
    request: &StoredRequest,
    terms: &Terms<'_>,
) -> Result<Candidate, Failure> {
    let Terms { role, max_output, clamp, unknown_price, ratios, wanted } = *terms;
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
    let most = params.max_tokens.unwrap_or(max_output);
    let longest = match role {
        // Vectors have no tokens of their own.
        Role::Embed => 0,
        _ => most.min(table.max_output(model, served_by).unwrap_or(u32::MAX)).min(clamp.unwrap_or(u32::MAX)),
    };
    // What is asked for is always said, so that what is held is what can be used.
    params.max_tokens = Some(longest);
    let counter = TokenCounter::of(&model.id, ratios);
    let mut asked = ModelRequest {
        model: model.id.clone(),
        messages: request.messages.clone(),
        params,
        schema: request.schema.clone(),
        tools: request.tools.clone(),
        tool_choice: request.tool_choice.clone(),
        extra: request.extra.clone(),
        stream: true,
    };
    let way = provider.schema_way(&model.id);
    let form = match (wanted, &request.schema) {
        (Wanted::Schema, Some(schema)) => Some(form::ask(&mut asked, schema, way, None)),
        (Wanted::Part(part), _) => Some(form::ask(&mut asked, &part.reask.schema, way, Some(part.clone()))),
        (Wanted::Text | Wanted::Schema, _) => None,
    };
    let prepared = match role {
        Role::Embed => provider.prepare_vectors(&asked)?,
        _ => provider.prepare(&asked)?,
    };
    let input = counter.request(&asked.messages, &asked.tools, asked.schema.as_ref());
    let simulated = provider.kind() == ProviderKind::Simulated;
    let learns = Ratios::measure(&asked.messages, &asked.tools, asked.schema.as_ref())
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
        form,
        escalation: false,
    })
}

/// A candidate that can't be called at all.
fn unusable(message: String, hint: &str) -> Failure {
    Failure::new(ErrorClass::Client, message).with_hint(hint)
}

fn failed(message: String, hint: &str) -> Stop {
    Stop::Failed(unusable(message, hint))
}
