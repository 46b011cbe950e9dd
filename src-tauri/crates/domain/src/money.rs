//! Money in integer nano-dollars.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

const NANOS_PER_DOLLAR: i64 = 1_000_000_000;

/// An amount of money in nano-dollars (10⁻⁹ US dollars). Arithmetic saturates: an amount can't wrap round to "free".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Money(i64);

/// Why a text isn't an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("{0:?} is not an amount; write dollars such as \"$5.00\" or \"0.25\"")]
    NotANumber(String),
    /// More than nine digits behind the point.
    #[error("{0:?} is finer than a nano-dollar; at most nine digits may follow the point")]
    TooFine(String),
    /// Beyond nine billion dollars.
    #[error("{0:?} is too large; the largest amount is $9,000,000,000")]
    TooLarge(String),
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// An amount of `nanos` nano-dollars.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The amount in nano-dollars.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The amount times `count`.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The amount as an exact decimal number of dollars without a sign, for files and headers: `0.00031`.
    pub fn to_decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let scale = NANOS_PER_DOLLAR.unsigned_abs();
        let fraction = format!("{:09}", nanos % scale);
        let fraction = fraction.trim_end_matches('0');
        // Two digits at least, as people write money.
        format!("{sign}{}.{fraction:0<2}", nanos / scale)
    }
}

impl fmt::Display for Money {
    /// Dollars as people read them: two digits from a dollar up, otherwise at most four significant digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("$0");
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        let dollars = self.0.unsigned_abs() as f64 / NANOS_PER_DOLLAR as f64;
        if dollars >= 0.995 {
            return write!(f, "{sign}${dollars:.2}");
        }
        let leading_zeros = (-dollars.log10().floor()).max(1.0) as usize;
        let text = format!("{dollars:.*}", (leading_zeros + 1).min(9));
        // Nine cents are $0.09, not $0.090.
        let shorter = text.trim_end_matches('0');
        let digits = shorter.split_once('.').map_or(0, |(_, fraction)| fraction.len()).max(2);
        write!(f, "{sign}${dollars:.digits$}")
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(40).collect::<String>();
        let trimmed = text.trim();
        let digits: String = trimmed
            .strip_prefix('$')
            .unwrap_or(trimmed)
            .trim_start()
            .chars()
            .filter(|c| *c != '_' && *c != ',')
            .collect();
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) {
            return Err(MoneyError::NotANumber(shown()));
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 9 {
            return Err(MoneyError::TooFine(shown()));
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| MoneyError::TooLarge(shown()))? };
        let nanos: i64 = format!("{fraction:0<9}").parse().map_err(|_| MoneyError::NotANumber(shown()))?;
        whole
            .checked_mul(NANOS_PER_DOLLAR)
            .and_then(|n| n.checked_add(nanos))
            .map(Self)
            .ok_or_else(|| MoneyError::TooLarge(shown()))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (text, nanos) in
            [("$5.00", 5_000_000_000), ("0.25", 250_000_000), ("$1,200", 1_200_000_000_000), (".5", 500_000_000)]
        {
            assert_eq!(text.parse::<Money>().unwrap().nanos(), nanos, "{text}");
        }
        for text in ["", "$", "five", "1.2.3", "-1", "0.0000000001", "99999999999999"] {
            assert!(text.parse::<Money>().is_err(), "{text:?} is no amount");
        }
    }

    #[test]
    fn amounts_show_as_people_read_them() {
        for (nanos, text) in [
            (0, "$0"),
            (5_000_000_000, "$5.00"),
            (9_400_000, "$0.0094"),
            (310_000, "$0.00031"),
            (120_000_000, "$0.12"),
            (90_000_000, "$0.09"),
            (500_000_000, "$0.50"),
            (1, "$0.000000001"),
        ] {
            assert_eq!(Money(nanos).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn a_decimal_reads_back_as_itself(nanos in 0..i64::MAX) {
            prop_assert_eq!(Money(nanos).to_decimal().parse::<Money>().unwrap(), Money(nanos));
        }
    }
}
