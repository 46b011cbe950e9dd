//! A request gets its candidates: the plan whose worst case is then reserved.

use std::sync::Arc;

use serde_json::json;
use signalbox_domain::{
    Cause, ErrorClass, Failure, ModelRequest, Money, Price, ProviderKind, Stage, Target, Tier, Usage,
};
use signalbox_providers::{Prepared, Provider};
use signalbox_workspace::config::{Budget, DEFAULT_MAX_OUTPUT, Limits, UnknownPrice};

use crate::{
    PriceTable, Ratios, StoredRequest, TokenCounter,
    pipeline::{Passage, Stop},
    tokens::Counted,
};

/// The ordered candidates of a call, and the limits for all of them.
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) limits: Limits,
}

/// One model in a chain, with the bytes that it would be sent.
pub(crate) struct Candidate {
    pub(crate) provider_name: String,
    pub(crate) model: String,
    pub(crate) tier: Tier,
    pub(crate) provider: Arc<dyn Provider>,
    /// The name under which its key is kept; none where none is needed.
    pub(crate) key_account: Option<String>,
    pub(crate) simulated: bool,
    pub(crate) prepared: Prepared,
    pub(crate) price: Price,
    pub(crate) counter: TokenCounter,
    pub(crate) input: Counted,
    pub(crate) max_output: u64,
}

impl Candidate {
    /// The most that one attempt can cost.
    pub(crate) fn worst_case(&self) -> Money {
        self.price.dearest(self.input.at_most, self.max_output)
    }

    /// What an attempt has cost at least, when the provider doesn't say: its input, and the tokens that came from it.
    pub(crate) fn lower_bound(&self, delivered: u64) -> (Usage, Money) {
        let output = delivered.min(self.max_output);
        let usage = Usage { input: self.input.likely, output, ..Usage::default() };
        (usage, self.price.cost(&usage))
    }
}

impl Plan {
    /// The most that the whole plan can cost: every candidate tried, and each charged in full.
    pub(crate) fn worst_case(&self) -> Money {
        self.candidates.iter().map(Candidate::worst_case).sum()
    }
}

pub(crate) async fn run(passage: &mut Passage, request: &StoredRequest) -> Result<Plan, Stop> {
    let settings = passage.settings.clone();
    let config = &settings.config;
    let (names, limits, max_output, cause) = match &passage.call.target {
        Target::Model(name) => (vec![name.clone()], Limits::default(), DEFAULT_MAX_OUTPUT, Cause::ModelNamed),
        Target::Route(name) => {
            let route = config.route(name).ok_or_else(|| {
                failed(format!("there is no route {name:?} in signalbox.toml"), "Choose another route, or add this one")
            })?;
            let chain = route.chain(passage.call.role, Tier::Standard);
            (chain.to_vec(), route.limits, route.max_output, Cause::Chain)
        }
    };
    let unknown_price = strictest(&settings.budgets());
    let mut candidates = Vec::with_capacity(names.len());
    for name in &names {
        candidates.push(candidate(&settings, name, request, max_output, unknown_price)?);
    }
    if candidates.is_empty() {
        return Err(failed(
            format!(
                "the route {:?} has no model for the role {}",
                passage.call.target.name(),
                passage.call.role.as_str()
            ),
            "Name a model for it in signalbox.toml",
        ));
    }
    let detail = match &passage.call.target {
        Target::Model(name) => format!("{name}, without a chain"),
        Target::Route(name) => format!("route {name}: {}", names.join(", then ")),
    };
    passage.recorder.decide_with(Stage::Route, cause, detail, json!({ "candidates": names })).await;
    Ok(Plan { candidates, limits })
}

/// What the budgets together say of models whose price is unknown. Without a budget there is nothing to overspend.
fn strictest(budgets: &[Budget]) -> UnknownPrice {
    budgets.iter().fold(UnknownPrice::Ceiling(Money::ZERO), |sofar, budget| match (sofar, budget.unknown_price) {
        (UnknownPrice::Block, _) | (_, UnknownPrice::Block) => UnknownPrice::Block,
        (UnknownPrice::Ceiling(one), UnknownPrice::Ceiling(other)) => UnknownPrice::Ceiling(one.max(other)),
    })
}

fn candidate(
    settings: &crate::Settings,
    name: &str,
    request: &StoredRequest,
    max_output: u32,
    unknown_price: UnknownPrice,
) -> Result<Candidate, Stop> {
    let config = &settings.config;
    let (model, served_by, provider) = config
        .model(name)
        .and_then(|model| {
            let served_by = config.provider_of(model)?;
            Some((model, served_by, settings.providers.get(&served_by.name)?.clone()))
        })
        .ok_or_else(|| {
            failed(format!("there is no model {name:?} in signalbox.toml"), "Choose another model, or add this one")
        })?;
    let table = PriceTable::shipped();
    let price = match (table.price(model, served_by).price, unknown_price) {
        (Some(price), _) => price,
        (None, UnknownPrice::Ceiling(most)) => Price::ceiling(most),
        (None, UnknownPrice::Block) => {
            return Err(failed(
                format!("the price of {name} is unknown, and a budget blocks such models"),
                "Set its price in Providers, or set unknown_price of the budget to a ceiling",
            ));
        }
    };
    let mut params = request.params.clone();
    let wanted = params.max_tokens.unwrap_or(max_output);
    let longest = wanted.min(table.max_output(model, served_by).unwrap_or(u32::MAX));
    // What is asked for is always said, so that what is held is what can be used.
    params.max_tokens = Some(longest);
    let counter = TokenCounter::of(&model.id, &Ratios::default());
    let prepared = provider
        .prepare(&ModelRequest {
            model: model.id.clone(),
            messages: request.messages.clone(),
            params,
            schema: request.schema.clone(),
            tools: Vec::new(),
            tool_choice: None,
            extra: None,
            stream: true,
        })
        .map_err(Stop::Failed)?;
    let input = counter.request(&request.messages, &[], request.schema.as_ref());
    Ok(Candidate {
        provider_name: served_by.name.clone(),
        model: name.to_owned(),
        tier: model.tier,
        key_account: served_by.needs_key().then(|| served_by.key_account()),
        simulated: provider.kind() == ProviderKind::Simulated,
        provider,
        prepared,
        price,
        counter,
        input,
        max_output: u64::from(longest),
    })
}

fn failed(message: String, hint: &str) -> Stop {
    Stop::Failed(Failure::new(ErrorClass::Client, message).with_hint(hint))
}
