//! What is served: `[models.NAME]`.

use serde::Serialize;
use signalbox_domain::{Money, Price, ProviderKind, Quote, Rates, Tier};

use super::{
    keys::{Keys, Named, check_reference},
    provider::Provider,
    reader::Reader,
};

/// The most tokens that a context window or an answer can have.
const MOST_TOKENS: u32 = 100_000_000;

/// What is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// The name of the provider that serves it.
    pub provider: String,
    /// What the provider calls it; the name by default.
    pub id: String,
    /// Its capability class; `standard` by default.
    pub tier: Tier,
    /// Its family, for the independence of judges.
    pub family: Option<String>,
    /// Dollars per million tokens, where the file says; a simulated model is free by default.
    pub price: Option<Price>,
    /// The context window in tokens.
    pub context_window: Option<u32>,
    /// The longest answer in tokens.
    pub max_output: Option<u32>,
}

impl Model {
    pub(super) fn read(
        name: &str,
        keys: &mut Keys<'_, '_>,
        reader: &mut Reader<'_>,
        providers: &[Named<Provider>],
    ) -> Self {
        let provider = keys.required(reader, "provider", "\"NAME\"");
        if let Some(provider) = &provider {
            check_reference(reader, "provider", provider, providers);
        }
        let provider = provider.map(|t| t.value).unwrap_or_default();
        let served_by = providers.iter().find(|p| p.name.value == provider);
        let simulated = served_by.is_some_and(|p| p.value.kind == ProviderKind::Simulated);
        let price = read_price(keys, reader).or(simulated.then_some(Price::FREE));
        Self {
            name: name.to_owned(),
            provider,
            id: keys.text(reader, "id").map_or_else(|| name.to_owned(), |t| t.value),
            tier: keys.word(reader, "tier", &Tier::ALL.map(|t| (t.as_str(), t))).map_or(Tier::Standard, |t| t.value),
            family: keys.name(reader, "family").map(|t| t.value),
            price,
            context_window: keys.whole(reader, "context_window", 1..=MOST_TOKENS).map(|n| n.value),
            max_output: keys.whole(reader, "max_output", 1..=MOST_TOKENS).map(|n| n.value),
        }
    }
}

fn read_price(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<Price> {
    let mut keys = keys.table(reader, "price")?;
    let mut required = |key| {
        if !keys.has(key) {
            keys.missing(reader, key, "\"0.25\"");
        }
        keys.money(reader, key).map(|m| m.value)
    };
    let (input, output): (Option<Money>, Option<Money>) = (required("input"), required("output"));
    let mut optional = |key| keys.money(reader, key).map(|m| m.value);
    let (cached_input, reasoning) = (optional("cached_input"), optional("reasoning"));
    let (cache_write, cache_write_1h) = (optional("cache_write"), optional("cache_write_1h"));
    keys.finish(reader);
    let (input, output) = (input?, output?);
    Some(Rates::from(Quote { input, cached_input, cache_write, cache_write_1h, output, reasoning }).into())
}
