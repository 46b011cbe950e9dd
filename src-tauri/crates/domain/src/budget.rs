//! What budgets count: dollars, tokens and requests, and whom a call counts for.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Money;

/// What a limit is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Money, in nano-dollars.
    #[default]
    Dollars,
    /// Tokens, input and output together.
    Tokens,
    /// Calls that were admitted.
    Requests,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Dollars, Self::Tokens, Self::Requests];

    /// The word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dollars => "dollars",
            Self::Tokens => "tokens",
            Self::Requests => "requests",
        }
    }

    /// So many of this unit, as people read it: `$5.00`, `200,000 tokens`, `1 request`.
    pub fn show(self, amount: i64) -> String {
        match self {
            Self::Dollars => Money::from_nanos(amount).to_string(),
            Self::Tokens | Self::Requests => {
                let word = self.as_str();
                let word = if amount == 1 { word.trim_end_matches('s') } else { word };
                format!("{} {word}", grouped(amount, ','))
            }
        }
    }
}

/// The most of one unit that may be used: `"$5.00"`, `"200_000 tokens"` or `"500 requests"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Allowance {
    /// What is counted.
    pub unit: Unit,
    /// How much; nano-dollars where dollars are counted.
    #[ts(type = "number")]
    pub amount: i64,
}

/// Why a text isn't an allowance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no limit; write \"$5.00\", \"200_000 tokens\" or \"500 requests\"")]
pub struct AllowanceError(String);

impl Allowance {
    /// Money.
    pub fn dollars(money: Money) -> Self {
        Self { unit: Unit::Dollars, amount: money.nanos() }
    }

    /// The form in which it stands in `signalbox.toml`; it reads back as itself.
    pub fn to_text(self) -> String {
        match self.unit {
            Unit::Dollars => format!("${}", Money::from_nanos(self.amount).to_decimal()),
            Unit::Tokens | Unit::Requests => format!("{} {}", grouped(self.amount, '_'), self.unit.as_str()),
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unit.show(self.amount))
    }
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || AllowanceError(text.chars().take(40).collect());
        let trimmed = text.trim();
        let counted = [(Unit::Tokens, "token"), (Unit::Requests, "request")].into_iter().find_map(|(unit, word)| {
            let number = trimmed.strip_suffix('s').unwrap_or(trimmed).strip_suffix(word)?;
            Some((unit, number.trim_end()))
        });
        let Some((unit, number)) = counted else {
            return trimmed.parse().map(Self::dollars).map_err(|_| wrong());
        };
        let digits: String = number.chars().filter(|c| *c != '_' && *c != ',').collect();
        let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let amount = if whole { digits.parse().map_err(|_| wrong())? } else { return Err(wrong()) };
        Ok(Self { unit, amount })
    }
}

/// So much of each unit. Arithmetic saturates: an amount can't wrap round to "free".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Amounts {
    /// Money.
    pub money: Money,
    /// Tokens, input and output together.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Calls.
    #[ts(type = "number")]
    pub requests: i64,
}

impl Amounts {
    /// Nothing.
    pub const ZERO: Self = Self { money: Money::ZERO, tokens: 0, requests: 0 };

    /// How much of one unit; nano-dollars of money.
    pub fn of(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Dollars => self.money.nanos(),
            Unit::Tokens => self.tokens,
            Unit::Requests => self.requests,
        }
    }
}

impl Add for Amounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            money: self.money + other.money,
            tokens: self.tokens.saturating_add(other.tokens),
            requests: self.requests.saturating_add(other.requests),
        }
    }
}

impl AddAssign for Amounts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Amounts {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            money: self.money - other.money,
            tokens: self.tokens.saturating_sub(other.tokens),
            requests: self.requests.saturating_sub(other.requests),
        }
    }
}

/// The kinds of accounts that a call counts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A user, as the caller names them.
    User,
    /// An organisation.
    Org,
    /// A project.
    Project,
    /// A prompt.
    Prompt,
    /// An app token of the local endpoint.
    Token,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::User, Self::Org, Self::Project, Self::Prompt, Self::Token];

    /// The word before the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Org => "org",
            Self::Project => "project",
            Self::Prompt => "prompt",
            Self::Token => "token",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The account of a name, such as `user:ann`.
    pub fn account(self, name: &str) -> String {
        format!("{}:{name}", self.as_str())
    }
}

/// Whom a call counts for, with nothing left to the workspace's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payer {
    /// The user, where the caller names one.
    pub user: Option<String>,
    /// The organisation, where there is one.
    pub org: Option<String>,
    /// The project.
    pub project: String,
    /// The prompt, where the call uses one.
    pub prompt: Option<String>,
    /// The app token, where it was asked for with one.
    pub token: Option<String>,
}

impl Payer {
    /// The name under which it counts for one kind of account.
    pub fn name(&self, kind: AccountKind) -> Option<&str> {
        match kind {
            AccountKind::User => self.user.as_deref(),
            AccountKind::Org => self.org.as_deref(),
            AccountKind::Project => Some(&self.project),
            AccountKind::Prompt => self.prompt.as_deref(),
            AccountKind::Token => self.token.as_deref(),
        }
    }

    /// Every account that it counts on, such as `user:ann` and `project:support`.
    pub fn accounts(&self) -> impl Iterator<Item = String> {
        AccountKind::ALL.into_iter().filter_map(|kind| Some(kind.account(self.name(kind)?)))
    }
}

/// A number with its digits in groups of three.
fn grouped(number: i64, mark: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn limits_read_as_people_write_them_and_read_back_as_themselves() {
        for (text, unit, amount, shown) in [
            ("$5.00", Unit::Dollars, 5_000_000_000, "$5.00"),
            ("0.25", Unit::Dollars, 250_000_000, "$0.25"),
            ("200_000 tokens", Unit::Tokens, 200_000, "200,000 tokens"),
            ("1,000,000tokens", Unit::Tokens, 1_000_000, "1,000,000 tokens"),
            ("1 token", Unit::Tokens, 1, "1 token"),
            ("500 requests", Unit::Requests, 500, "500 requests"),
            ("0 requests", Unit::Requests, 0, "0 requests"),
        ] {
            let read: Allowance = text.parse().unwrap();
            assert_eq!((read, read.to_string().as_str()), (Allowance { unit, amount }, shown), "{text}");
            assert_eq!(read.to_text().parse::<Allowance>().unwrap(), read, "{text}");
        }
        for text in
            ["", "five", "tokens", "-1 tokens", "1.5 tokens", "$5 tokens", "5 token s", "99999999999999999999 tokens"]
        {
            assert!(text.parse::<Allowance>().is_err(), "{text:?} is no limit");
        }
    }

    #[test]
    fn a_call_counts_on_every_account_that_it_names() {
        let payer = Payer { user: Some("ann".into()), project: "support".into(), ..Payer::default() };
        assert_eq!(payer.accounts().collect::<Vec<_>>(), ["user:ann", "project:support"]);
    }
}
