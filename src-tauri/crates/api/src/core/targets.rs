//! What a call may be served by.

use signalbox_domain::ProviderKind;

use super::Core;
use crate::{
    ApiError,
    types::{Empty, RouteRow, TargetModel, Targets},
};

impl Core {
    /// What a call may be served by.
    pub async fn target_list(&self, _: Empty) -> Result<Targets, ApiError> {
        let settings = self.gateway.settings();
        let config = &settings.config;
        let simulated = |name: &str| {
            config
                .model(name)
                .and_then(|model| config.provider_of(model))
                .is_some_and(|provider| provider.kind == ProviderKind::Simulated)
        };
        let routes = config
            .routes
            .iter()
            .map(|route| {
                let mut generate: Vec<String> = Vec::new();
                for model in route.generate.models() {
                    if !generate.iter().any(|known| known == model) {
                        generate.push(model.to_owned());
                    }
                }
                let all_simulated = generate.iter().all(|model| simulated(model));
                RouteRow { name: route.name.clone(), generate, simulated: all_simulated }
            })
            .collect();
        let models = config
            .models
            .iter()
            .map(|model| TargetModel {
                name: model.name.clone(),
                provider: model.provider.clone(),
                simulated: simulated(&model.name),
            })
            .collect();
        Ok(Targets { routes, models })
    }
}
