//! Reads the price table. Its format is described at its top.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::LazyLock,
};

use jiff::civil::Date;
use signalbox_domain::{ContentHash, Money, Price, Quote, Rates, Step};

use super::PriceTable;

const TEXT: &str = include_str!("../../data/prices.tsv");

static SHIPPED: LazyLock<PriceTable> = LazyLock::new(|| PriceTable::read(TEXT));

/// What the table says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) price: Price,
    /// The most input tokens.
    pub(super) context_window: Option<u32>,
    /// The most output tokens.
    pub(super) max_output: Option<u32>,
}

/// A service and an identifier of one of its models.
type Name<'a> = (&'a str, &'a str);

/// All rows by the names of their models.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    by_name: HashMap<Name<'static>, usize>,
    /// By the names without the day that ends them; none where snapshots of several days have different prices.
    by_undated: HashMap<Name<'static>, Option<usize>>,
}

pub(super) fn shipped() -> &'static PriceTable {
    &SHIPPED
}

impl PriceTable {
    /// Reads a table. A line that can't be read is left out: what it would have said is unknown.
    pub(super) fn read(text: &'static str) -> Self {
        let mut table = Self {
            taken: Date::default(),
            origin: String::new(),
            hash: ContentHash::of(text.as_bytes()),
            rows: Rows::default(),
        };
        let mut service = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                service = name;
            } else if let Some(taken) = line.strip_prefix("taken\t") {
                table.taken = taken.parse().unwrap_or_default();
            } else if let Some(origin) = line.strip_prefix("origin\t") {
                origin.clone_into(&mut table.origin);
            } else if let Some((row, ids)) = row(line) {
                table.rows.add(service, ids, row);
            }
        }
        table
    }
}

impl Rows {
    fn add(&mut self, service: &'static str, ids: &'static str, row: Row) {
        let at = self.rows.len();
        self.rows.push(row);
        for id in ids.split(' ') {
            self.by_name.insert((service, id), at);
            let Some(undated) = undated(id) else { continue };
            match self.by_undated.entry((service, undated)) {
                Entry::Vacant(entry) => drop(entry.insert(Some(at))),
                Entry::Occupied(mut entry) => {
                    let same = entry.get().is_some_and(|other| self.rows[other] == row);
                    if !same {
                        entry.insert(None);
                    }
                }
            }
        }
    }

    /// The row of a model: by its identifier; by the identifier without its day, when that day is unknown; or by those
    /// with a day, when all of them agree. Nothing else is tried: a name that looks alike is another model.
    pub(super) fn find(&self, service: &str, id: &str) -> Option<&Row> {
        let named = |id| self.by_name.get(&(service, id) as &Name<'_>).copied();
        let at = named(id).or_else(|| match undated(id) {
            Some(undated) => named(undated),
            None => self.by_undated.get(&(service, id) as &Name<'_>).copied().flatten(),
        })?;
        self.rows.get(at)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }
}

/// An identifier without the day of its snapshot: `-2025-08-07`, `-20250807` or `@20250807` at its end.
fn undated(id: &str) -> Option<&str> {
    let day = |length: usize| {
        let at = id.len().checked_sub(length)?;
        let (name, day) = (id.get(..at)?, id.get(at..)?);
        let separators = day.bytes().filter(|b| !b.is_ascii_digit()).count();
        let digits: String = day.chars().filter(char::is_ascii_digit).collect();
        let is_day = match length {
            11 => separators == 3 && day.get(5..6) == Some("-") && day.get(8..9) == Some("-"),
            _ => separators == 1,
        };
        let is_day = is_day && digits.starts_with("20") && Date::strptime("%Y%m%d", &digits).is_ok();
        (is_day && day.starts_with(['-', '@']) && !name.is_empty()).then_some(name)
    };
    day(11).or_else(|| day(9))
}

/// One line: rates, context window, longest answer, steps, identifiers.
fn row(line: &'static str) -> Option<(Row, &'static str)> {
    let mut columns = line.split('\t');
    let base = rates(columns.next()?)?;
    let (context_window, max_output) = (count(columns.next()?)?, count(columns.next()?)?);
    let steps: Option<Vec<Step>> = columns
        .next()?
        .split(';')
        .filter(|step| !step.is_empty())
        .map(|step| {
            let (above, next) = step.split_once(':')?;
            Some(Step { above: above.parse().ok()?, rates: rates(next)? })
        })
        .collect();
    let price = Price::stepped(base, &steps?).ok()?;
    Some((Row { price, context_window, max_output }, columns.next()?))
}

fn rates(text: &str) -> Option<Rates> {
    let mut fields = text.split(',');
    let mut next = || match fields.next() {
        None | Some("") => Ok(None),
        Some(dollars) => dollars.parse::<Money>().map(Some),
    };
    let (input, cached_input, cache_write) = (next().ok()??, next().ok()?, next().ok()?);
    let (cache_write_1h, output, reasoning) = (next().ok()?, next().ok()??, next().ok()?);
    Some(Rates::from(Quote { input, cached_input, cache_write, cache_write_1h, output, reasoning }))
}

/// A number of tokens, or nothing where the column is empty.
fn count(text: &str) -> Option<Option<u32>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}
