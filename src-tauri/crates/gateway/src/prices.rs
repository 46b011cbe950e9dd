//! What models cost: the workspace's own price, else the table that ships with the application.

use std::{collections::HashMap, sync::LazyLock};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Money, Price, ProviderKind};
use signalbox_workspace::config::{Model, Provider};
use ts_rs::TS;

/// Prices of LiteLLM's table (MIT, Copyright (c) 2023 Berri AI), reduced to what is needed here.
static SHIPPED: LazyLock<PriceTable> = LazyLock::new(|| {
    serde_json::from_str::<File>(include_str!("../data/prices.json"))
        .map_or_else(|_| PriceTable::default(), PriceTable::of)
});

/// A price and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    /// The price; none when it is unknown.
    pub price: Option<Price>,
    /// Where it comes from.
    pub origin: PriceOrigin,
}

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PriceOrigin {
    /// `signalbox.toml`.
    Workspace,
    /// The table that ships with the application.
    Table,
    /// The model runs on this machine, or is simulated.
    Local,
    /// Nobody knows it.
    Unknown,
}

/// The prices that ship with the application.
#[derive(Debug, Clone, Default)]
pub struct PriceTable {
    /// The day on which they were taken.
    pub taken: Date,
    /// Who published them.
    pub origin: String,
    models: HashMap<String, Row>,
}

#[derive(Deserialize)]
struct File {
    origin: String,
    taken: Date,
    models: HashMap<String, Row>,
}

/// Input, cached input and output in nano-dollars per million tokens, context window and longest answer in tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Row(i64, i64, i64, Option<u32>, Option<u32>);

impl PriceTable {
    /// The table that ships with the application.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    fn of(file: File) -> Self {
        Self { taken: file.taken, origin: file.origin, models: file.models }
    }

    /// The price of a model of the workspace.
    pub fn price(&self, model: &Model, provider: &Provider) -> Priced {
        if provider.kind == ProviderKind::Simulated {
            return Priced { price: Some(model.price.unwrap_or(Price::FREE)), origin: PriceOrigin::Local };
        }
        if let Some(price) = model.price {
            return Priced { price: Some(price), origin: PriceOrigin::Workspace };
        }
        if provider.is_local() {
            return Priced { price: Some(Price::FREE), origin: PriceOrigin::Local };
        }
        match self.row(model, provider) {
            Some(Row(input, cached, output, ..)) => Priced {
                price: Some(Price {
                    input: Money::from_nanos(*input),
                    cached_input: Money::from_nanos(*cached),
                    output: Money::from_nanos(*output),
                }),
                origin: PriceOrigin::Table,
            },
            None => Priced { price: None, origin: PriceOrigin::Unknown },
        }
    }

    /// The context window of a model of the workspace, in tokens.
    pub fn context_window(&self, model: &Model, provider: &Provider) -> Option<u32> {
        model.context_window.or_else(|| self.row(model, provider)?.3)
    }

    /// The longest answer of a model of the workspace, in tokens.
    pub fn max_output(&self, model: &Model, provider: &Provider) -> Option<u32> {
        model.max_output.or_else(|| self.row(model, provider)?.4)
    }

    fn row(&self, model: &Model, provider: &Provider) -> Option<&Row> {
        let prefix = match provider.kind {
            ProviderKind::OpenAi => "",
            ProviderKind::Simulated => return None,
            ProviderKind::Anthropic => "",
            ProviderKind::Gemini => "gemini/",
            ProviderKind::Azure => "azure/",
            ProviderKind::Bedrock => "",
            ProviderKind::OpenAiCompatible => prefix(provider.base_url.as_deref()?)?,
        };
        self.models.get(&format!("{prefix}{}", model.id))
    }
}

/// How the table begins the names of a provider's models, by the host of its address.
fn prefix(base_url: &str) -> Option<&'static str> {
    const HOSTS: &[(&str, &str)] = &[
        ("api.openai.com", ""),
        ("api.groq.com", "groq/"),
        ("api.mistral.ai", "mistral/"),
        ("api.deepseek.com", "deepseek/"),
        ("api.x.ai", "xai/"),
        ("api.together.xyz", "together_ai/"),
        ("openrouter.ai", "openrouter/"),
        ("generativelanguage.googleapis.com", "gemini/"),
    ];
    let host = host(base_url)?;
    HOSTS.iter().find(|(known, _)| host == *known).map(|(_, prefix)| *prefix)
}

/// The host of an address with a name: no user, no port.
fn host(base_url: &str) -> Option<&str> {
    let authority = base_url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()?.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_can_be_read() {
        let table = PriceTable::shipped();
        assert!(table.models.len() > 100, "the table has models");
        assert!(table.taken > Date::constant(2026, 1, 1), "the table has a date");
        let Some(Row(input, cached, output, ..)) = table.models.get("gpt-5-mini") else {
            unreachable!("gpt-5-mini is in the table");
        };
        assert_eq!((*input, *cached, *output), (250_000_000, 25_000_000, 2_000_000_000), "$0.25, $0.025 and $2.00");
    }
}
