//! Pages of the log, newest first, without counting through what stands before them.
//!
//! Whatever is asked for, a page must come at once from a million calls, so the way to its rows is chosen here, not
//! left to statistics that are out of date. A condition that few rows meet leads the way: its rows are looked at one by
//! one. Otherwise many rows meet every condition, and a walk in the order of time soon has enough of them. Only
//! conditions that are each met often and together hardly ever need a long walk.

use rusqlite::{OptionalExtension, params_from_iter, types::Value};
use signalbox_domain::CallId;

use crate::{
    CallFilter, StoreError, StoredCall, View,
    filter::{Condition, Sql},
    tables::{
        log::key_of,
        texts::{Search, search},
    },
};

/// Up to how many rows are few.
const FEW: usize = 4_000;
/// How many values of one condition are walked side by side.
const SIDE_BY_SIDE: usize = 16;
/// Where a count stops.
const COUNTED: usize = 1_000;

/// Where a page is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// The newest calls.
    #[default]
    Newest,
    /// Those next older than a call.
    Before(CallId),
    /// Those next newer than a call.
    After(CallId),
}

/// A page of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The calls, newest first.
    pub calls: Vec<StoredCall>,
    /// The last of them, when there are older ones.
    pub older: Option<CallId>,
    /// The first of them, when there are newer ones.
    pub newer: Option<CallId>,
    /// How many calls belong to the page and can't be read, so that they aren't among `calls`.
    pub unreadable: u32,
}

/// A count that stops at a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many there are, at least.
    pub count: u32,
    /// Whether there are more.
    pub more: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn word(self) -> &'static str {
        match self {
            Self::NewestFirst => "DESC",
            Self::OldestFirst => "ASC",
        }
    }
}

impl View<'_> {
    /// A page of the calls of a workspace that are meant.
    pub fn call_page(
        &self,
        workspace: &str,
        filter: &CallFilter,
        place: Place,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.page(workspace, filter, place, limit, FEW)
    }

    /// How many calls of a workspace are meant.
    pub fn call_count(&self, workspace: &str, filter: &CallFilter) -> Result<Counted, StoreError> {
        let found = self.keys(workspace, filter, Order::NewestFirst, None, COUNTED + 1, FEW)?.len();
        let count = found.min(COUNTED);
        Ok(Counted { count: u32::try_from(count).unwrap_or(u32::MAX), more: found > count })
    }

    pub(crate) fn page(
        &self,
        workspace: &str,
        filter: &CallFilter,
        place: Place,
        limit: u32,
        few: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit as usize;
        let (order, beyond) = match place {
            Place::Newest => (Order::NewestFirst, None),
            Place::Before(id) => (Order::NewestFirst, Some(self.key_or_place(id)?)),
            Place::After(id) => (Order::OldestFirst, Some(self.key_or_place(id)?)),
        };
        let mut keys = self.keys(workspace, filter, order, beyond, limit + 1, few)?;
        let more = keys.len() > limit;
        keys.truncate(limit);
        if order == Order::OldestFirst {
            keys.reverse();
        }
        let other = match order {
            Order::NewestFirst => Order::OldestFirst,
            Order::OldestFirst => Order::NewestFirst,
        };
        // The newest page has nothing newer; elsewhere the call next to the page tells.
        let edge = match order {
            Order::NewestFirst => keys.first(),
            Order::OldestFirst => keys.last(),
        };
        let more_behind = match (beyond, edge) {
            (Some(_), Some(edge)) => !self.keys(workspace, filter, other, Some(*edge), 1, few)?.is_empty(),
            _ => false,
        };
        let (has_older, has_newer) = match order {
            Order::NewestFirst => (more, more_behind),
            Order::OldestFirst => (more_behind, more),
        };
        let mut ids = Vec::with_capacity(keys.len());
        for key in keys {
            ids.extend(self.id_by_key(key)?);
        }
        let (mut calls, mut unreadable) = (Vec::with_capacity(ids.len()), 0);
        for id in &ids {
            match self.call(*id) {
                Ok(stored) => calls.extend(stored),
                // One record that can't be read is no reason to show none.
                Err(error @ StoreError::Unreadable { .. }) => {
                    tracing::warn!(call = %id, %error, "a call is left out of a page");
                    unreadable += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Page {
            older: ids.last().copied().filter(|_| has_older),
            newer: ids.first().copied().filter(|_| has_newer),
            calls,
            unreadable,
        })
    }

    /// The key of a call, or where it was before it was removed.
    fn key_or_place(&self, id: CallId) -> Result<i64, StoreError> {
        Ok(self.log_key(id)?.unwrap_or_else(|| key_of(id)))
    }

    fn id_by_key(&self, n: i64) -> Result<Option<CallId>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT id FROM log WHERE n = ?1")?;
        Ok(statement.query_row([n], |row| row.get(0).map(CallId::from_bytes)).optional()?)
    }

    /// The keys of the calls that are meant, in order, beyond a key.
    fn keys(
        &self,
        workspace: &str,
        filter: &CallFilter,
        order: Order,
        beyond: Option<i64>,
        limit: usize,
        few: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let text = match search(&filter.text) {
            Search::All => None,
            Search::Match(text) => Some(text),
            Search::Nothing => return Ok(Vec::new()),
        };
        let Some(here) = self.place(workspace)? else { return Ok(Vec::new()) };
        let mut bounds = filter.times();
        if let Some(n) = beyond {
            let sign = if order == Order::NewestFirst { '<' } else { '>' };
            bounds.push(Sql::new(format!("n {sign} ?"), [Value::Integer(n)]));
        }
        let conditions = filter.conditions(here);
        let (leader, is_few) = self.leader(&conditions, few)?;
        let of_here = Sql::new(format!("place = {here}"), []);
        let has_others = self.has_other_places(here)?;
        // The indices of the log begin with the workspace. Elsewhere it needs to be asked for only when there are several.
        if has_others || (text.is_none() && leader.is_some()) {
            bounds.push(of_here);
        }
        let way = match (text, leader) {
            (Some(text), leader) => by_text(text, leader.filter(|_| is_few), &conditions, &bounds),
            (None, Some(leader)) if is_few => one_by_one(leader, &conditions, &bounds),
            (None, Some(leader)) => side_by_side(leader, &conditions, &bounds, order, limit),
            (None, None) => {
                walk(if has_others { "INDEXED BY log_by_place" } else { "NOT INDEXED" }, &conditions, &bounds)
            }
        };
        let mut query = Sql::new("SELECT n FROM (", []);
        query.add(&way);
        query.push(&format!(") ORDER BY n {} LIMIT {limit}", order.word()));
        let mut statement = self.0.prepare_cached(&query.text)?;
        let keys = statement.query_map(params_from_iter(query.values), |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// The condition that leads the way, and whether few rows meet it.
    fn leader<'a>(&self, conditions: &'a [Condition], few: usize) -> Result<(Option<&'a Condition>, bool), StoreError> {
        let mut best: Option<(&Condition, usize)> = None;
        for condition in conditions {
            let ordered = condition.index.is_some() && condition.any_of.len() <= SIDE_BY_SIDE;
            let cap = best.map_or(few + 1, |(_, count)| count);
            if condition.rows.is_empty() {
                continue;
            }
            let count = self.count_up_to(&condition.rows, cap)?;
            // A condition that many rows meet is of use only when its index is in the order of time.
            if (count <= few || ordered) && best.is_none_or(|(_, least)| count < least) {
                best = Some((condition, count));
            }
        }
        Ok(best.map_or((None, false), |(condition, count)| (Some(condition), count <= few)))
    }

    fn count_up_to(&self, rows: &[Sql], cap: usize) -> Result<usize, StoreError> {
        let mut count = 0;
        for one in rows {
            let query = format!("SELECT count(*) FROM ({} LIMIT {cap})", one.text);
            let mut statement = self.0.prepare_cached(&query)?;
            let found: i64 = statement.query_row(params_from_iter(&one.values), |row| row.get(0))?;
            count += usize::try_from(found).unwrap_or(0);
            if count >= cap {
                break;
            }
        }
        Ok(count)
    }
}

/// `WHERE` with everything that is asked for.
fn all_of<'a>(first: Option<Sql>, conditions: impl IntoIterator<Item = &'a Condition>, bounds: &[Sql]) -> Sql {
    let mut all = Sql::default();
    let expressions = conditions.into_iter().map(Condition::expression);
    for (number, one) in first.into_iter().chain(bounds.iter().cloned()).chain(expressions).enumerate() {
        all.push(if number == 0 { " WHERE " } else { " AND " });
        all.add(&one);
    }
    all
}

/// Every row in the order of time, until there are enough.
fn walk(by: &str, conditions: &[Condition], bounds: &[Sql]) -> Sql {
    let mut query = Sql::new(format!("SELECT n FROM log {by}"), []);
    query.add(&all_of(None, conditions, bounds));
    query
}

/// That a key is one of those of the few rows that meet a condition.
fn among_few(key: &str, leader: &Condition) -> Sql {
    let mut few = Sql::new(format!("{key} IN ("), []);
    for (number, rows) in leader.rows.iter().enumerate() {
        few.push(if number == 0 { "" } else { " UNION ALL " });
        few.add(rows);
    }
    few.push(")");
    few
}

/// The few rows of the leading condition, each looked at by itself.
fn one_by_one(leader: &Condition, conditions: &[Condition], bounds: &[Sql]) -> Sql {
    let mut query = Sql::new("SELECT n FROM log NOT INDEXED", []);
    let others = conditions.iter().filter(|one| !std::ptr::eq(*one, leader));
    query.add(&all_of(Some(among_few("n", leader)), others, bounds));
    query
}

/// The rows of each value of the leading condition in the order of time, as many as are needed at most, and these
/// together.
fn side_by_side(leader: &Condition, conditions: &[Condition], bounds: &[Sql], order: Order, limit: usize) -> Sql {
    let source = leader.index.map_or_else(|| "log NOT INDEXED".into(), |index| format!("log INDEXED BY {index}"));
    let mut query = Sql::default();
    for (number, one) in leader.any_of.iter().enumerate() {
        query.push(if number == 0 { "" } else { " UNION ALL " });
        query.push(&format!("SELECT n FROM (SELECT n FROM {source}"));
        let others = conditions.iter().filter(|condition| !std::ptr::eq(*condition, leader));
        query.add(&all_of(Some(one.clone()), others, bounds));
        query.push(&format!(" ORDER BY n {} LIMIT {limit})", order.word()));
    }
    query
}

/// What the full-text index finds, in the order of time; the rows of the log are read for those of the few.
fn by_text(text: String, leader: Option<&Condition>, conditions: &[Condition], bounds: &[Sql]) -> Sql {
    let found = Sql::new("texts MATCH ?", [Value::Text(text)]);
    // The index keeps its own bounds on the key, under the name that it has there.
    let own: Vec<Sql> = bounds
        .iter()
        .filter(|bound| bound.text.starts_with("n "))
        .map(|bound| Sql::new(bound.text.replacen("n ", "rowid ", 1), bound.values.clone()))
        .collect();
    if conditions.is_empty() && own.len() == bounds.len() {
        let mut query = Sql::new("SELECT rowid AS n FROM texts", []);
        query.add(&all_of(Some(found), [], &own));
        return query;
    }
    let own: Vec<Sql> = own.into_iter().map(|bound| Sql::new(format!("texts.{}", bound.text), bound.values)).collect();
    let bounds: Vec<Sql> = own.into_iter().chain(bounds.iter().cloned()).collect();
    let mut query = Sql::new("SELECT texts.rowid AS n FROM texts CROSS JOIN log ON log.n = texts.rowid", []);
    // The plus keeps SQLite from searching anew for each of the few.
    let bounds: Vec<Sql> = leader.map(|leader| among_few("+texts.rowid", leader)).into_iter().chain(bounds).collect();
    let others = conditions.iter().filter(|one| leader.is_none_or(|leader| !std::ptr::eq(*one, leader)));
    query.add(&all_of(Some(found), others, &bounds));
    query
}
