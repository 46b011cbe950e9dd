//! Limits of spending: `[budgets.NAME]`.

use serde::{Deserialize, Serialize};
use signalbox_domain::Money;

use super::{keys::Keys, reader::Reader, scope::Scope};

/// The share of a limit at which it warns, when the file doesn't say.
const DEFAULT_WARN_AT: f64 = 0.8;

/// After what time a budget begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// At midnight in the workspace's time zone.
    Day,
}

impl Period {
    /// The word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
        }
    }
}

/// What happens to a call of a model whose price is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownPrice {
    /// It is refused.
    Block,
    /// It counts as if each million tokens, of input and output alike, cost this much.
    Ceiling(Money),
}

/// A limit of spending.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// What it limits; each project by default.
    pub scope: Scope,
    /// When it begins anew; each day by default.
    pub period: Period,
    /// The most that may be spent in a period.
    pub limit: Money,
    /// The share of the limit at which it warns, over 0 and up to 1; 0.8 by default.
    pub warn_at: f64,
    /// What happens when a price is unknown; the call is refused by default.
    pub unknown_price: UnknownPrice,
}

impl Budget {
    pub(super) fn read(name: &str, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let scope = keys.parsed::<Scope>(reader, "scope").map_or(Scope::EachProject, |s| s.value);
        read_period(keys, reader);
        let limit = read_limit(keys, reader);
        let warn_at = keys.share(reader, "warn_at").map_or(DEFAULT_WARN_AT, |n| n.value);
        let unknown_price = read_unknown_price(keys, reader);
        for key in ["degrade_at", "degrade"] {
            keys.not_yet(reader, key, "degradation");
        }
        Self { name: name.to_owned(), scope, period: Period::Day, limit, warn_at, unknown_price }
    }
}

fn read_period(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) {
    if let Some(text) = keys.peek("period").filter(|t| ["week", "month", "total"].contains(&t.value.as_str())) {
        reader.error(&text.span, "this version of Signalbox knows days only", Some("write period = \"day\"".into()));
    } else {
        keys.word(reader, "period", &[("day", Period::Day)]);
    }
}

fn read_limit(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Money {
    if !keys.has("limit") {
        keys.missing(reader, "limit", "\"$5.00\"");
        return Money::ZERO;
    }
    if let Some(text) = keys.peek("limit").filter(|t| t.value.ends_with("tokens") || t.value.ends_with("requests")) {
        reader.error(
            &text.span,
            "this version of Signalbox limits dollars only",
            Some("write limit = \"$5.00\"".into()),
        );
        return Money::ZERO;
    }
    keys.money(reader, "limit").map_or(Money::ZERO, |m| m.value)
}

fn read_unknown_price(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> UnknownPrice {
    if !keys.is_table("unknown_price") {
        keys.word(reader, "unknown_price", &[("block", ())]);
        return UnknownPrice::Block;
    }
    let Some(mut keys) = keys.table(reader, "unknown_price") else {
        return UnknownPrice::Block;
    };
    if !keys.has("ceiling") {
        keys.missing(reader, "ceiling", "\"30.00\"");
    }
    let ceiling = keys.money(reader, "ceiling");
    keys.finish(reader);
    match ceiling {
        Some(ceiling) if ceiling.value == Money::ZERO => {
            reader.error(
                &ceiling.span,
                "a ceiling of nothing would make unknown prices free",
                Some("write \"30.00\"".into()),
            );
            UnknownPrice::Block
        }
        Some(ceiling) => UnknownPrice::Ceiling(ceiling.value),
        None => UnknownPrice::Block,
    }
}
