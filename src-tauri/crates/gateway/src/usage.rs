//! What was used, by whom or when.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use signalbox_domain::{AccountKind, Amounts};
use signalbox_store::{LedgerColumn, Span, StoreError, View};
use ts_rs::TS;

use crate::{Gateway, day_span};

/// By what use is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum UsageBy {
    /// By user.
    User,
    /// By organisation.
    Org,
    /// By project.
    Project,
    /// By prompt.
    Prompt,
    /// By app token.
    Token,
    /// By the model that answered.
    Model,
    /// By day.
    Day,
}

impl UsageBy {
    /// Every way.
    pub const ALL: [Self; 7] =
        [Self::User, Self::Org, Self::Project, Self::Prompt, Self::Token, Self::Model, Self::Day];

    /// The word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Org => "org",
            Self::Project => "project",
            Self::Prompt => "prompt",
            Self::Token => "token",
            Self::Model => "model",
            Self::Day => "day",
        }
    }
}

/// What was used in some days, with what is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTable {
    /// Those who have used something, the most money first; or every day, the oldest first.
    pub rows: Vec<UsageRow>,
    /// What they have used together.
    pub total: Amounts,
    /// The days, from the first midnight to the last.
    pub span: Span,
}

/// What one of them has used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageRow {
    /// Who, or which day, such as `2026-11-22`.
    pub name: String,
    /// How much.
    pub used: Amounts,
}

impl UsageBy {
    /// The column of the ledger; a day is none.
    fn column(self) -> Option<LedgerColumn> {
        Some(match self {
            Self::User => LedgerColumn::Account(AccountKind::User),
            Self::Org => LedgerColumn::Account(AccountKind::Org),
            Self::Project => LedgerColumn::Account(AccountKind::Project),
            Self::Prompt => LedgerColumn::Account(AccountKind::Prompt),
            Self::Token => LedgerColumn::Account(AccountKind::Token),
            Self::Model => LedgerColumn::Model,
            Self::Day => return None,
        })
    }
}

/// One account, such as that of the user `ann`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is.
    pub kind: AccountKind,
    /// Whose.
    pub name: String,
}

impl Account {
    /// Reads `user:ann`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        let kind = AccountKind::from_word(kind)?;
        (!name.is_empty()).then(|| Self { kind, name: name.to_owned() })
    }
}

impl Gateway {
    /// What was used in the last days, today among them; by one account, or by all projects together.
    pub async fn usage(&self, by: UsageBy, days: u32, of: Option<Account>) -> Result<UsageTable, StoreError> {
        let (zone, now) = (self.settings().zone.clone(), self.clock.now());
        self.store
            .read(move |view| {
                let spans = spans(now, days, &zone);
                let (first, last) = (spans.first(), spans.last());
                let start = first.map_or(now, |(_, span)| span.start);
                let span = Span { start, end: last.map_or(now, |(_, span)| span.end) };
                let counted = match &of {
                    Some(of) => vec![of.kind.account(&of.name)],
                    None => view.accounts(AccountKind::Project.as_str())?,
                };
                let rows = match (by.column(), &of) {
                    (None, _) => spans
                        .into_iter()
                        .map(|(name, span)| Ok(UsageRow { name, used: sum(view, &counted, span)? }))
                        .collect::<Result<_, StoreError>>()?,
                    (Some(column), Some(of)) => {
                        let rows = view.ledger_by(column, (of.kind, &of.name), span)?;
                        most_first(rows.into_iter().map(|(name, used)| UsageRow { name, used }).collect())
                    }
                    (Some(_), None) => rows(view, by.as_str(), span)?,
                };
                Ok(UsageTable { rows, total: sum(view, &counted, span)?, span })
            })
            .await
    }
}

/// The last days with their dates, the oldest first.
pub(crate) fn spans(now: Timestamp, days: u32, zone: &jiff::tz::TimeZone) -> Vec<(String, Span)> {
    let today = now.to_zoned(zone.clone());
    (0..i64::from(days.max(1)))
        .rev()
        .filter_map(|ago| today.checked_sub(ago.days()).ok())
        .map(|day| (day.date().to_string(), day_span(day.timestamp(), zone)))
        .collect()
}

fn sum(view: &View<'_>, accounts: &[String], span: Span) -> Result<Amounts, StoreError> {
    accounts.iter().try_fold(Amounts::ZERO, |sum, account| Ok(sum + view.account_settled(account, span)?))
}

fn rows(view: &View<'_>, kind: &str, span: Span) -> Result<Vec<UsageRow>, StoreError> {
    let mut rows = Vec::new();
    for account in view.accounts(kind)? {
        let used = view.account_settled(&account, span)?;
        if used != Amounts::ZERO {
            let name = account.split_once(':').map_or(account.as_str(), |(_, name)| name).to_owned();
            rows.push(UsageRow { name, used });
        }
    }
    Ok(most_first(rows))
}

fn most_first(mut rows: Vec<UsageRow>) -> Vec<UsageRow> {
    rows.sort_by(|one, other| {
        let by = |row: &UsageRow| (row.used.money, row.used.tokens, row.used.requests);
        by(other).cmp(&by(one)).then_with(|| one.name.cmp(&other.name))
    });
    rows
}
