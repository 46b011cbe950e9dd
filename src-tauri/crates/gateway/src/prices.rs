//! What models cost: the workspace's own price, else the table that ships with the application.

mod services;
mod table;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use signalbox_domain::{ContentHash, Price, ProviderKind};
use signalbox_workspace::config::{Model, Provider};
use ts_rs::TS;

use services::listing;
use table::{Row, Rows, shipped};

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
#[derive(Debug, Clone)]
pub struct PriceTable {
    /// The day on which they were taken.
    pub taken: Date,
    /// Who published them.
    pub origin: String,
    /// The hash of the table, by which a price of the past can be traced to its source.
    pub hash: ContentHash,
    rows: Rows,
}

impl PriceTable {
    /// The table that ships with the application.
    pub fn shipped() -> &'static Self {
        shipped()
    }

    /// How old the prices are on a day, in days; zero on the days before they were taken.
    pub fn age_days(&self, today: Date) -> i32 {
        (today - self.taken).get_days().max(0)
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
            Some(row) => Priced { price: Some(row.price), origin: PriceOrigin::Table },
            None => Priced { price: None, origin: PriceOrigin::Unknown },
        }
    }

    /// The context window of a model of the workspace, in tokens.
    pub fn context_window(&self, model: &Model, provider: &Provider) -> Option<u32> {
        model.context_window.or_else(|| self.row(model, provider)?.context_window)
    }

    /// The longest answer of a model of the workspace, in tokens.
    pub fn max_output(&self, model: &Model, provider: &Provider) -> Option<u32> {
        model.max_output.or_else(|| self.row(model, provider)?.max_output)
    }

    fn row(&self, model: &Model, provider: &Provider) -> Option<&Row> {
        let listing = listing(&model.id, provider)?;
        listing.ids.iter().find_map(|id| self.rows.find(listing.service, id))
    }
}

#[cfg(test)]
mod tests;
