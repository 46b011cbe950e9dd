//! Reading without a schema.

use crate::{
    candidates::{self, Found, Search},
    log::Log,
    node::{Kind, Node, Reading},
    options::{Around, Duplicates, Finish, Options, Several, Truncated},
    outcome::{Broken, Candidate, ParseError, Parsed},
    plain,
    reader::Rules,
    repair::{Repair, Source, What, confidence},
    strict,
};

/// Reads the value of an answer without a schema.
///
/// A valid document is never changed. Of several values in prose, the options say which one is meant.
///
/// # Errors
///
/// When there is no value, when it is nested too deep, or when the options refuse what would have to be done.
pub fn parse_json(text: &str, options: &Options) -> Result<Parsed, ParseError> {
    check_size(text, options)?;
    if let Some(parsed) = whole(text, options) {
        return Ok(parsed);
    }
    let rules = Rules::from(options);
    let mut is_cut = false;
    let found = if options.around == Around::Nothing {
        let document = candidates::document(text, rules).map_err(|stop| stop.error(text, rules))?;
        document.map(|(found, _)| vec![found]).unwrap_or_default()
    } else {
        let quoted = if text.trim_start().starts_with('"') { by_itself(text, options) } else { Vec::new() };
        let search = if quoted.is_empty() {
            candidates::search(text, rules)
        } else {
            Search { found: quoted, ..Search::default() }
        };
        is_cut = search.is_cut();
        if search.found.is_empty() {
            if let Some(stop) = search.stop {
                return Err(stop.error(text, rules));
            }
            by_itself(text, options)
        } else {
            search.found
        }
    };
    let order = ranked(&found, text, options)?;
    let Some(&best) = order.first() else { return Err(ParseError::NoValue) };
    let parsed = plain_parsed(&found[best], text, options, &found, &order)?;
    let parsed = if is_cut { cut(parsed) } else { parsed };
    if parsed.truncated && options.truncated == Truncated::Refuse {
        return Err(ParseError::Truncated { parsed: Box::new(parsed) });
    }
    Ok(parsed)
}

/// A value out of an answer that was cut somewhere else.
pub(crate) fn cut(parsed: Parsed) -> Parsed {
    let confidence = if parsed.truncated { parsed.confidence } else { parsed.confidence / 2.0 };
    Parsed { truncated: true, confidence, ..parsed }
}

/// A text that is one value without brackets: a string in quotes, a number, a literal. Words are prose.
fn by_itself(text: &str, options: &Options) -> Vec<Found> {
    let rules = Rules { mend: false, ..Rules::from(options) };
    let found = candidates::document(text, rules).ok().flatten().map(|(found, _)| found);
    found.filter(|found| !has_words(&found.node)).into_iter().collect()
}

fn has_words(node: &Node) -> bool {
    match &node.kind {
        Kind::Words(_, Reading::Text) => true,
        Kind::List(items) => items.iter().any(has_words),
        _ => false,
    }
}

/// A text that isn't looked at.
pub(crate) fn check_size(text: &str, options: &Options) -> Result<(), ParseError> {
    if text.len() > options.max_bytes {
        return Err(ParseError::TooLong { bytes: text.len(), limit: options.max_bytes });
    }
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    Ok(())
}

/// A valid document, as it is.
fn whole(text: &str, options: &Options) -> Option<Parsed> {
    let strict = strict::read(text, options.max_depth)?;
    if strict.duplicates || is_open_scalar(&strict.value, options) {
        return None;
    }
    Some(Parsed::untouched(strict.value, text))
}

/// Whether more of it could be missing although it is valid, like the number 12 of an answer that was cut.
pub(crate) fn is_open_scalar(value: &serde_json::Value, options: &Options) -> bool {
    options.finish == Finish::Cut && value.is_number()
}

/// The found values, best first.
fn ranked(found: &[Found], text: &str, options: &Options) -> Result<Vec<usize>, ParseError> {
    const SOME: usize = 4;
    let class = |found: &Found| {
        let whole_text = found.source == Source::Lines
            && text[..found.start].trim().is_empty()
            && text[found.end..].trim().trim_matches(',').is_empty();
        let source = match found.source {
            _ if whole_text => 0,
            Source::Whole | Source::Fence | Source::Tag => 1,
            Source::Thought => 5,
            Source::Lines => 4,
            _ => 2,
        };
        let small = found.node.size(SOME) < SOME && source == 2;
        (found.inside_open, source + u8::from(small))
    };
    let mut order: Vec<usize> = (0..found.len()).collect();
    if options.several != Several::First {
        order.reverse();
    }
    order.sort_by_key(|&index| class(&found[index]));
    if options.several == Several::Refuse {
        let best = order.first().map(|&index| class(&found[index]));
        let count = order.iter().filter(|&&index| Some(class(&found[index])) == best).count();
        if count > 1 {
            return Err(ParseError::Several { count });
        }
    }
    Ok(order)
}

fn plain_parsed(
    best: &Found,
    text: &str,
    options: &Options,
    found: &[Found],
    order: &[usize],
) -> Result<Parsed, ParseError> {
    let mut log = Log::default();
    if best.source != Source::Whole {
        log.note(&What::Found { source: best.source });
    }
    let value = plain::value(&best.node, options, &mut log).ok_or(ParseError::NoValue)?;
    note_space(text, &mut log.repairs);
    if options.duplicates == Duplicates::Refuse
        && log.repairs.iter().any(|repair| matches!(repair.what, What::DuplicateKey { .. }))
    {
        return Err(ParseError::Broken { why: Broken::Duplicate, at: text[..best.start].chars().count() });
    }
    let truncated = is_truncated(best, text, options, &log.repairs);
    let (start, end) = span(best, text);
    let trust = confidence(&log.repairs);
    Ok(Parsed {
        truncated,
        confidence: if truncated { trust / 2.0 } else { trust },
        value,
        repairs: log.repairs,
        source: best.source,
        start,
        end,
        candidates: listed(found, order, text),
    })
}

/// Whether the text ends before the value does.
pub(crate) fn is_truncated(best: &Found, text: &str, options: &Options, repairs: &[Repair]) -> bool {
    let at_end = text[best.end..].trim().is_empty();
    best.node.cut
        || best.inside_open
        || repairs.iter().any(|repair| repair.what.is_cut())
        || options.finish == Finish::Cut && at_end && !best.node.is_container()
}

/// Where nothing was done and the text isn't valid all the same, it is white space around it that JSON doesn't know.
pub(crate) fn note_space(text: &str, repairs: &mut Vec<Repair>) {
    if repairs.is_empty() && !strict::is_valid(text) {
        let what = What::ChangedSpace;
        repairs.push(Repair { path: String::new(), cost: what.cost(), what });
    }
}

/// The values that weren't taken, for whoever wants to see them.
pub(crate) fn listed(found: &[Found], order: &[usize], text: &str) -> Vec<Candidate> {
    const MOST: usize = 8;
    order
        .iter()
        .skip(1)
        .take(MOST)
        .map(|&index| {
            let other = &found[index];
            let (start, end) = span(other, text);
            Candidate {
                source: other.source,
                start,
                end,
                cost: What::Found { source: other.source }.cost(),
                wrong: 0,
                truncated: other.node.cut,
            }
        })
        .collect()
}

/// Where a value stands in the text, in code points.
pub(crate) fn span(found: &Found, text: &str) -> (usize, usize) {
    let start = text[..found.start].chars().count();
    (start, start + text[found.start..found.end].chars().count())
}
