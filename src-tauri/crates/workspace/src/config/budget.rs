//! Limits of spending: `[budgets.NAME]`.

use serde::{Deserialize, Serialize};
use signalbox_domain::{AccountKind, Allowance, Money, Unit};

use super::{
    keys::Keys,
    reader::{Reader, shown, suggestion},
    scope::{Scope, ScopeError},
};

/// The share of a limit at which it warns, when the file doesn't say.
const DEFAULT_WARN_AT: f64 = 0.8;
/// The share of a limit from which calls are made cheaper, when the file names how but not from when.
pub const DEFAULT_DEGRADE_AT: f64 = 0.9;

/// After what time a budget begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// At midnight in the workspace's time zone.
    Day,
    /// At midnight before each Monday.
    Week,
    /// At midnight before the first of each month.
    Month,
    /// Never.
    Total,
}

/// What can be done to a call before it is sent, so that it costs less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DegradeStep {
    /// Models of a lower tier answer.
    CheaperTier,
    /// The answer may be only half as long, or as short as still fits.
    ClampOutput,
    /// A kept answer of any age is served before a new one is made, and at the limit instead of a refusal.
    CacheFirst,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            const WORDS: &[(&str, Self)] = &[$(($word, Self::$variant)),+];

            /// The word used in files and on screen.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
            }
        }
    };
}

words!(Period: Day = "day", Week = "week", Month = "month", Total = "total");
words!(DegradeStep: CheaperTier = "cheaper_tier", ClampOutput = "clamp_output", CacheFirst = "cache_first");

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
    /// The most that may be used in a period.
    pub limit: Allowance,
    /// The share of the limit at which it warns, over 0 and up to 1; 0.8 by default.
    pub warn_at: f64,
    /// The share of the limit from which calls are made cheaper; 0.9 by default, and of no effect without `degrade`.
    pub degrade_at: f64,
    /// How calls are made cheaper, in this order; not at all by default.
    pub degrade: Vec<DegradeStep>,
    /// What happens when a price is unknown; the call is refused by default.
    pub unknown_price: UnknownPrice,
}

impl Budget {
    /// A budget with every default.
    pub fn new(name: impl Into<String>, limit: Allowance) -> Self {
        Self {
            name: name.into(),
            scope: Scope::each(AccountKind::Project),
            period: Period::Day,
            limit,
            warn_at: DEFAULT_WARN_AT,
            degrade_at: DEFAULT_DEGRADE_AT,
            degrade: Vec::new(),
            unknown_price: UnknownPrice::Block,
        }
    }

    /// Whether it limits money, so that a model without a price may be used only as it says.
    pub fn counts_money(&self) -> bool {
        self.limit.unit == Unit::Dollars
    }

    pub(super) fn read(name: &str, keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let default = Self::new(name, Allowance::default());
        let scope = read_scope(keys, reader);
        let period = keys.word(reader, "period", Period::WORDS).map(|period| period.value);
        let limit = read_limit(keys, reader);
        let warn_at = keys.share(reader, "warn_at");
        let degrade_at = keys.share(reader, "degrade_at");
        let degrade = read_degrade(keys, reader);
        let unknown_price = read_unknown_price(keys, reader);
        if let Some(at) = &degrade_at {
            if degrade.as_ref().is_none_or(Vec::is_empty) && !keys.has("degrade") {
                let hint = "add degrade = [\"cheaper_tier\", \"clamp_output\", \"cache_first\"], or some of them";
                reader.warn(&at.span, "`degrade_at` does nothing without `degrade`", Some(hint.into()));
            } else if let Some(warn) = warn_at.as_ref().filter(|warn| warn.value > at.value) {
                let message = "it warns only after it has begun to make calls cheaper";
                reader.warn(&warn.span, message, Some("write a `warn_at` below `degrade_at`".into()));
            }
        }
        Self {
            scope: scope.unwrap_or(default.scope),
            period: period.unwrap_or(default.period),
            limit,
            warn_at: warn_at.map_or(default.warn_at, |share| share.value),
            degrade_at: degrade_at.map_or(default.degrade_at, |share| share.value),
            degrade: degrade.unwrap_or_default(),
            unknown_price,
            name: default.name,
        }
    }
}

fn read_scope(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<Scope> {
    let text = keys.text(reader, "scope")?;
    match text.value.parse() {
        Ok(scope) => Some(scope),
        Err(error) => {
            let kinds = AccountKind::ALL.map(AccountKind::as_str);
            let hint = match &error {
                ScopeError::Kind { word } => suggestion(word, kinds).filter(|hint| hint.starts_with("did you mean")),
                ScopeError::Name { .. } => None,
            };
            reader.error(&text.span, format!("`scope`: {error}"), hint);
            None
        }
    }
}

fn read_limit(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Allowance {
    if !keys.has("limit") {
        keys.missing(reader, "limit", "\"$5.00\"");
        return Allowance::default();
    }
    if !keys.is_number("limit") {
        return keys.parsed(reader, "limit").map(|limit| limit.value).unwrap_or_default();
    }
    keys.money(reader, "limit").map_or_else(Allowance::default, |money| Allowance::dollars(money.value))
}

fn read_degrade(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Option<Vec<DegradeStep>> {
    if !keys.has("degrade") {
        return None;
    }
    let mut steps = Vec::new();
    for word in keys.names(reader, "degrade")?.value {
        match DegradeStep::from_word(&word.value) {
            Some(step) if steps.contains(&step) => {
                let message = format!("`{}` is in this list twice", step.as_str());
                reader.error(&word.span, message, Some("keep the first".into()));
            }
            Some(step) => steps.push(step),
            None => {
                let known = DegradeStep::WORDS.iter().map(|(word, _)| *word);
                let message = format!("{} is no way to make a call cheaper", shown(&word.value));
                reader.error(&word.span, message, suggestion(&word.value, known));
            }
        }
    }
    Some(steps)
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
