//! Routes: from requests to models.

use signalbox_domain::{Signal, Tier};
use signalbox_workspace::{
    RouteEdit,
    config::{CachePolicy, Chain, Config, Independence, Judge, Limits, Model, Route, UnknownPrice},
    edit,
};

use super::{Core, start};
use crate::{
    ApiError, Code,
    types::{
        CacheSettings, Candidate, ConfigPart, ConfigSection, ConfigText, ConfigUndo, Empty, JudgeSettings, Pin,
        ProviderRow, RouteChanged, RouteDetail, RouteList, RouteNamed, RouteRename, RouteSet, RouteSettings, TierChain,
    },
};

impl Core {
    /// Every route, and every model that a route may name.
    pub async fn route_list(&self, _: Empty) -> Result<RouteList, ApiError> {
        let settings = self.gateway.settings();
        let config = &settings.config;
        let providers = self.provider_rows(&settings).await;
        let routes = config.routes.iter().map(|route| detail(config, route)).collect();
        let blocks = config.budgets.iter().any(|budget| budget.unknown_price == UnknownPrice::Block);
        let candidates =
            config.models.iter().filter_map(|model| candidate(model, &providers, &settings.refused, blocks)).collect();
        Ok(RouteList { routes, candidates, defaults: settings_of(&Route::new("")) })
    }

    /// Changes or adds a route.
    pub async fn route_set(&self, request: RouteSet) -> Result<RouteChanged, ApiError> {
        let RouteSet { name, settings } = request;
        let change = change(settings)?;
        let undo = self.edit_config_with_undo(move |text| edit::set_route(text, &name, &change)).await?;
        self.route_changed(undo).await
    }

    /// Gives a route another name.
    pub async fn route_rename(&self, request: RouteRename) -> Result<RouteChanged, ApiError> {
        let RouteRename { name, to } = request;
        let undo = self.edit_config_with_undo(move |text| edit::rename_route(text, &name, to.trim())).await?;
        self.route_changed(undo).await
    }

    /// Removes a route.
    pub async fn route_remove(&self, request: RouteNamed) -> Result<RouteChanged, ApiError> {
        let undo = self.edit_config_with_undo(move |text| edit::remove_route(text, &request.name)).await?;
        self.route_changed(undo).await
    }

    /// Takes a change of signalbox.toml back.
    pub async fn config_undo(&self, request: ConfigUndo) -> Result<RouteList, ApiError> {
        self.edit_config(move |text| edit::undo(text, &request.before, request.after)).await?;
        self.route_list(Empty {}).await
    }

    /// A part of signalbox.toml as it stands there.
    pub async fn config_part(&self, request: ConfigPart) -> Result<ConfigText, ApiError> {
        let ConfigPart { section, name } = request;
        let section = match section {
            ConfigSection::Providers => "providers",
            ConfigSection::Models => "models",
            ConfigSection::Routes => "routes",
        };
        let workspace = self.workspace.clone();
        let text = start::blocking(move || Ok(workspace.load()?.text)).await?;
        Ok(ConfigText { text: edit::excerpt(&text, section, &name)? })
    }

    async fn route_changed(&self, undo: ConfigUndo) -> Result<RouteChanged, ApiError> {
        Ok(RouteChanged { list: self.route_list(Empty {}).await?, undo })
    }
}

fn detail(config: &Config, route: &Route) -> RouteDetail {
    RouteDetail { name: route.name.clone(), settings: settings_of(route), pins: pins(config, route) }
}

fn settings_of(route: &Route) -> RouteSettings {
    let generate = match &route.generate {
        Chain::All(models) if models.is_empty() => Vec::new(),
        Chain::All(models) => vec![TierChain { tier: None, models: models.clone() }],
        Chain::Tiers(tiers) => {
            tiers.iter().map(|(tier, models)| TierChain { tier: Some(*tier), models: models.clone() }).collect()
        }
    };
    let judge = route.judge.as_ref();
    RouteSettings {
        generate,
        classify: route.classify.clone(),
        judge: judge.map(|judge| JudgeSettings { models: judge.models.clone(), min_tier: judge.min_tier }),
        first_token_ms: route.limits.first_token_ms,
        idle_ms: route.limits.idle_ms,
        total_ms: route.limits.total_ms,
        max_output: route.max_output,
        patience_ms: route.patience_ms,
        integrity: route.integrity,
        cache: route.cache.map(|cache| CacheSettings { max_age_ms: cache.max_age_ms, stale: cache.stale }),
    }
}

fn change(settings: RouteSettings) -> Result<RouteEdit, ApiError> {
    let RouteSettings { generate, classify, judge, first_token_ms, idle_ms, total_ms, .. } = settings;
    let all = generate.iter().filter(|chain| chain.tier.is_none()).count();
    let generate = match &generate[..] {
        [one] if all == 1 => Chain::All(one.models.clone()),
        _ if all > 0 => {
            return Err(ApiError::new(Code::Invalid, "a chain for all tiers can't stand beside one for a tier")
                .with_hint("Give one chain for all tiers, or one for each of some"));
        }
        tiers => Chain::Tiers(tiers.iter().filter_map(|chain| Some((chain.tier?, chain.models.clone()))).collect()),
    };
    Ok(RouteEdit {
        generate: Some(generate),
        classify: Some(classify),
        judge: Some(judge.map(|judge| Judge { models: judge.models, min_tier: judge.min_tier })),
        limits: Some(Limits { first_token_ms, idle_ms, total_ms }),
        max_output: Some(settings.max_output),
        patience_ms: Some(settings.patience_ms),
        integrity: Some(settings.integrity),
        cache: Some(settings.cache.map(|cache| CachePolicy { max_age_ms: cache.max_age_ms, stale: cache.stale })),
    })
}

/// Whether each judge may check what each model writes. What decides is asked again while a call runs, of the models that
/// really served.
fn pins(config: &Config, route: &Route) -> Vec<Pin> {
    let Some(judge) = &route.judge else { return Vec::new() };
    let mut writers: Vec<&Model> = Vec::new();
    for name in route.generate.models() {
        if let Some(model) = config.model(name).filter(|_| !writers.iter().any(|known| known.name == name)) {
            writers.push(model);
        }
    }
    let judges: Vec<&Model> = judge.models.iter().filter_map(|name| config.model(name)).collect();
    let primary = primary_tier(config, route);
    let pin = |writer: &Model, by: &Model| Pin {
        writer: writer.name.clone(),
        judge: by.name.clone(),
        independence: Independence::of(by, writer),
        strong_enough: judge.min_tier.or(primary).is_none_or(|least| by.tier >= least),
    };
    writers.iter().flat_map(|writer| judges.iter().map(|by| pin(writer, by))).collect()
}

/// The tier of the model that a route asks first; of several chains, the strongest.
fn primary_tier(config: &Config, route: &Route) -> Option<Tier> {
    let firsts: Vec<&String> = match &route.generate {
        Chain::All(models) => models.first().into_iter().collect(),
        Chain::Tiers(tiers) => tiers.values().filter_map(|models| models.first()).collect(),
    };
    firsts.into_iter().filter_map(|name| Some(config.model(name)?.tier)).max()
}

fn candidate(
    model: &Model,
    providers: &[ProviderRow],
    refused: &std::collections::HashMap<String, signalbox_domain::Failure>,
    blocks: bool,
) -> Option<Candidate> {
    let provider = providers.iter().find(|provider| provider.name == model.provider)?;
    let row = provider.models.iter().find(|row| row.name == model.name)?.clone();
    let no_key = provider.needs_key && provider.key.is_none();
    let problem = if let Some(failure) = refused.get(&provider.name) {
        Some(failure.message.clone())
    } else if no_key {
        Some(format!("there is no key for {}", provider.name))
    } else if row.price.is_none() && blocks {
        Some("its price is unknown, and a budget blocks such models".to_owned())
    } else {
        (provider.signal == Signal::Stop).then(|| provider.detail.clone().unwrap_or_else(|| provider.word.clone()))
    };
    Some(Candidate {
        model: row,
        provider: provider.name.clone(),
        kind: provider.kind,
        signal: provider.signal,
        word: provider.word.clone(),
        problem,
    })
}
