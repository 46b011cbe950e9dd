//! What a node is where no schema says it.

use serde_json::{Map, Value};

use crate::{
    log::{Log, Step},
    node::{Kind, Member, Node, Reading},
    options::{CutNumber, Duplicates, MissingValue, Options},
    repair::What,
};

/// The value of a node, with everything that was done in the log; nothing where there is no value.
pub(crate) fn value(node: &Node, options: &Options, log: &mut Log) -> Option<Value> {
    for what in &node.notes {
        log.note(what);
    }
    if options.cut_number == CutNumber::Leave && is_cut_number(node) {
        return None;
    }
    Some(match &node.kind {
        Kind::Missing if options.missing == MissingValue::Leave => return None,
        Kind::Missing | Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(number, _) => Value::Number(number.clone()),
        Kind::Text(text) | Kind::Words(text, Reading::Text) => Value::String(text.clone()),
        Kind::Words(_, Reading::Value(read)) => {
            log.note(&read.1);
            read.0.clone()
        }
        Kind::List(items) => {
            let mut list = Vec::with_capacity(items.len());
            for item in items {
                log.enter(Step::Item(list.len()));
                list.extend(value(item, options, log));
                log.leave();
            }
            Value::Array(list)
        }
        Kind::Record(members) => Value::Object(record(members, options, log)),
    })
}

fn record(members: &[Member], options: &Options, log: &mut Log) -> Map<String, Value> {
    let mut map = Map::with_capacity(members.len());
    for member in members {
        if map.contains_key(&member.key) {
            log.note(&What::DuplicateKey { key: member.key.clone() });
            if options.duplicates == Duplicates::First {
                continue;
            }
        }
        log.enter(Step::Key(member.key.clone()));
        if let Some(value) = value(&member.value, options, log) {
            map.insert(member.key.clone(), value);
        }
        log.leave();
    }
    map
}

/// Whether it is a number that the end of the text may have cut.
pub(crate) fn is_cut_number(node: &Node) -> bool {
    node.cut
        && match &node.kind {
            Kind::Number(..) => true,
            Kind::Words(_, Reading::Value(read)) => read.0.is_number(),
            _ => false,
        }
}
