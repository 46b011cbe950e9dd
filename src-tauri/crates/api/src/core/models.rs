//! The models of providers.

use signalbox_domain::{Money, Price, Quote, Rates};
use signalbox_workspace::{ModelEdit, config::Config, edit};

use super::{
    Core,
    naming::{family_of, free_name},
    providers::find,
};
use crate::{
    ApiError, Code,
    types::{Empty, ModelAdd, ModelNamed, ModelSet, PriceText, ProviderList, ProvidersChanged},
};

impl Core {
    /// Changes or adds a model.
    pub async fn model_set(&self, request: ModelSet) -> Result<ProviderList, ApiError> {
        let ModelSet { name, provider, id, tier, price } = request;
        let settings = self.gateway.settings();
        let known = settings.config.model(&name);
        if let (Some(known), Some(provider)) = (known, &provider)
            && known.provider != *provider
        {
            // Every route that names it would be served by another provider, and nobody would have said so.
            let message = format!("there is a model {name} already, of {}", known.provider);
            return Err(ApiError::new(Code::Conflict, message).with_hint("Choose another name"));
        }
        let price = match &price {
            Some(price) => Some(read_price(price, known.and_then(|model| model.price))?),
            None => None,
        };
        let change = ModelEdit { provider, id, tier, price, ..ModelEdit::default() };
        self.edit_config(move |text| edit::set_model(text, &name, &change)).await?;
        self.provider_list(Empty {}).await
    }

    /// Adds a model that a provider has, under a name that is free. One that is there already stays as it is.
    pub async fn model_add(&self, request: ModelAdd) -> Result<ProvidersChanged, ApiError> {
        let ModelAdd { provider, id } = request;
        let settings = self.gateway.settings();
        find(&settings.config, &provider)?;
        let id = id.trim().to_owned();
        if id.is_empty() {
            return Err(ApiError::new(Code::Invalid, "a model needs its identifier at the provider"));
        }
        let (name, change) = added(&settings.config, &[], &provider, &id);
        let undo = self.edit_config_with_undo(move |text| edit::set_model(text, &name, &change)).await?;
        self.providers_changed(undo).await
    }

    /// Removes a model, and takes it out of every chain.
    pub async fn model_remove(&self, request: ModelNamed) -> Result<ProvidersChanged, ApiError> {
        let remove = move |text: &str| {
            let text = edit::remove_candidate(text, &request.name)?;
            edit::remove_model(&text, &request.name)
        };
        let undo = self.edit_config_with_undo(remove).await?;
        self.providers_changed(undo).await
    }

    /// Lets a model cost what the built-in table says.
    pub async fn model_list_price(&self, request: ModelNamed) -> Result<ProvidersChanged, ApiError> {
        let undo = self.edit_config_with_undo(move |text| edit::remove_price(text, &request.name)).await?;
        self.providers_changed(undo).await
    }
}

/// A name for a model of a provider beside those that were added just now, and what the file says of it: its own when the
/// model is there already, else one that is free.
pub(super) fn added(config: &Config, added: &[String], provider: &str, id: &str) -> (String, ModelEdit) {
    let known = config.models.iter().find(|model| model.provider == provider && model.id == *id);
    let name = known.map_or_else(|| free_name(config, added, id), |model| model.name.clone());
    let family = if known.is_some() { None } else { family_of(id).map(str::to_owned) };
    let change =
        ModelEdit { provider: Some(provider.to_owned()), id: Some(id.to_owned()), family, ..ModelEdit::default() };
    (name, change)
}

/// Reads a price. Rates that the text doesn't speak of stay as they are.
fn read_price(text: &PriceText, present: Option<Price>) -> Result<Price, ApiError> {
    let read = |text: &str| -> Result<Money, ApiError> {
        text.parse().map_err(|error: signalbox_domain::MoneyError| ApiError::new(Code::Invalid, error.to_string()))
    };
    let optional = |text: &Option<String>| text.as_deref().map(read).transpose();
    let present = present.map(|price| price.rates.quote()).unwrap_or_default();
    let quote = Quote {
        input: read(&text.input)?,
        cached_input: optional(&text.cached_input)?,
        cache_write: optional(&text.cache_write)?.or(present.cache_write),
        cache_write_1h: optional(&text.cache_write_1h)?.or(present.cache_write_1h),
        output: read(&text.output)?,
        reasoning: optional(&text.reasoning)?.or(present.reasoning),
    };
    Ok(Rates::from(quote).into())
}
