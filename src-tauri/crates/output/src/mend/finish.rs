//! The value and the log of the way that was taken.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Made, Mended};
use crate::{
    log::{Log, Step},
    repair::Repair,
};

/// The value, and what was done to get it.
pub(crate) fn finish(mended: Rc<Mended>) -> (Option<Value>, Vec<Repair>) {
    let mut log = Log::default();
    let value = value(mended, &mut log);
    (value, log.repairs)
}

fn value(mended: Rc<Mended>, log: &mut Log) -> Option<Value> {
    for what in &mended.own {
        log.note(what);
    }
    match Rc::try_unwrap(mended) {
        Ok(mended) => owned(mended.made, log),
        Err(shared) => borrowed(&shared.made, log),
    }
}

fn owned(made: Made, log: &mut Log) -> Option<Value> {
    match made {
        Made::Absent | Made::Mismatch => None,
        Made::Value(value) => Some(value),
        Made::Plain(value, repairs) => {
            log.adopt(repairs);
            Some(value)
        }
        Made::Inner(inner) => value(inner, log),
        Made::List(items) => Some(list(items, log)),
        Made::Record(fields) => Some(record(fields, log)),
    }
}

fn borrowed(made: &Made, log: &mut Log) -> Option<Value> {
    match made {
        Made::Absent | Made::Mismatch => None,
        Made::Value(value) => Some(value.clone()),
        Made::Plain(value, repairs) => {
            log.adopt(repairs.clone());
            Some(value.clone())
        }
        Made::Inner(inner) => value(Rc::clone(inner), log),
        Made::List(items) => Some(list(items.clone(), log)),
        Made::Record(fields) => Some(record(fields.clone(), log)),
    }
}

fn list(items: Vec<Rc<Mended>>, log: &mut Log) -> Value {
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        log.enter(Step::Item(list.len()));
        list.extend(value(item, log));
        log.leave();
    }
    Value::Array(list)
}

fn record(fields: Vec<(String, Rc<Mended>)>, log: &mut Log) -> Value {
    let mut map = Map::with_capacity(fields.len());
    for (name, field) in fields {
        log.enter(Step::Key(name));
        let value = value(field, log);
        if let (Some(value), Some(Step::Key(name))) = (value, log.leave()) {
            map.insert(name, value);
        }
    }
    Value::Object(map)
}
