//! Objects that were written without JSON: as elements, or as lines like `name: value`.

mod elements;
mod lines;

use crate::{
    candidates::{Found, Search},
    node::Node,
    options::{Around, Options},
    repair::Source,
    schema::{Schema, ShapeId, Types},
};

/// Adds what elements and lines say, where the schema asks for an object and there is no JSON.
pub(crate) fn add(text: &str, schema: &Schema, options: &Options, search: &mut Search) {
    let root = schema.shape(ShapeId::ROOT);
    let none = search.found.iter().all(|found| found.source == Source::Thought);
    if options.around == Around::Nothing
        || !none
        || search.stop.is_some()
        || root.is_any
        || !root.types.has(Types::RECORD)
    {
        return;
    }
    let answer = &text[search.answer..];
    let start = search.answer + (answer.len() - answer.trim_start().len());
    let end = text.trim_end().len();
    search.steps += answer.len() * 2;
    let mut offer = |node: Option<Node>, source: Source| {
        if let Some(node) = node {
            search.found.push(Found { node, source, start, end: end.max(start), inside_open: false });
        }
    };
    let mut next_id = search.next_id;
    offer(elements::read(answer, options.max_depth, &mut next_id), Source::Elements);
    offer(lines::read(answer, schema, &mut next_id), Source::Fields);
    search.next_id = next_id;
}
