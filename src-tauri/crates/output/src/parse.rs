//! Reading with a schema: the way from the text to a value that follows it.

use std::rc::Rc;

use crate::{
    candidates::{self, Found, Search},
    fields,
    json::{check_size, is_open_scalar, is_truncated, note_space, span},
    mend::{Mended, Mender, finish},
    options::{Around, Duplicates, Options, Several, Truncated},
    outcome::{Broken, Candidate, ParseError, Parsed},
    problem::problems,
    reader::{Rules, Stop},
    repair::{Repair, Source, What, confidence},
    schema::{Schema, ShapeId},
    strict, words,
};

/// How many candidates are made into values before the best is said not to fit.
const TRIED: usize = 4;
/// How many of the first and of the last values in a text are looked at.
const LOOKED_AT: usize = 16;

/// Reads the value of an answer that should follow a schema.
///
/// A valid document that follows the schema is never changed. Everything else is read as tolerantly as possible, made
/// into what the schema asks for at the least cost, and validated: what comes back follows the schema, and the log says
/// what was done.
///
/// # Errors
///
/// When there is no value, when the nearest value doesn't follow the schema, or when the options refuse what would have
/// to be done. See [`ParseError`].
pub fn parse(text: &str, schema: &Schema, options: &Options) -> Result<Parsed, ParseError> {
    measured(text, schema, options).0
}

/// How many steps reading an answer takes, so that a test can hold that the work is linear without a clock.
#[doc(hidden)]
pub fn steps(text: &str, schema: &Schema, options: &Options) -> usize {
    measured(text, schema, options).1
}

/// The same, with the number of steps that it took.
fn measured(text: &str, schema: &Schema, options: &Options) -> (Result<Parsed, ParseError>, usize) {
    let options = &Options { max_depth: options.max_depth.min(schema.deepest()), ..*options };
    if let Err(error) = check_size(text, options) {
        return (Err(error), 0);
    }
    if let Some(strict) = strict::read(text, options.max_depth)
        && !strict.duplicates
        && !is_open_scalar(&strict.value, options)
        && schema.is_valid(&strict.value)
    {
        return (Ok(Parsed::untouched(strict.value, text)), text.len());
    }
    let search = match search(text, schema, options) {
        Ok(search) => search,
        Err(error) => return (Err(error), text.len()),
    };
    let mut reading = Reading {
        text,
        schema,
        options,
        mender: Mender::new(schema, options, text.len(), search.next_id),
        steps: search.steps,
        is_cut: search.is_cut(),
    };
    let result = reading.best(&search);
    (result, reading.steps + reading.mender.steps)
}

fn search(text: &str, schema: &Schema, options: &Options) -> Result<Search, ParseError> {
    let rules = Rules::from(options);
    let mut search = if options.around == Around::Nothing {
        let read = candidates::document(text, rules).map_err(|stop| stop.error(text, rules))?;
        let mut search = Search { next_id: u32::MAX / 2, ..Search::default() };
        if let Some((found, steps)) = read {
            search.found.push(found);
            search.steps = steps;
        }
        search
    } else {
        candidates::search(text, rules)
    };
    if let (true, Some(stop @ Stop::TooDeep { .. })) = (search.found.is_empty(), search.stop) {
        return Err(stop.error(text, rules));
    }
    words::add_escaped(text, options, &mut search);
    fields::add(text, schema, options, &mut search);
    words::add(text, schema, options, &mut search);
    if search.found.is_empty() {
        return Err(search.stop.map_or(ParseError::NoValue, |stop| stop.error(text, rules)));
    }
    Ok(search)
}

struct Reading<'t> {
    text: &'t str,
    schema: &'t Schema,
    options: &'t Options,
    mender: Mender<'t>,
    steps: usize,
    /// Whether the text ends inside some value.
    is_cut: bool,
}

/// A found value and what it became.
struct Way<'f> {
    found: &'f Found,
    mended: Rc<Mended>,
}

impl Way<'_> {
    fn cost(&self) -> u32 {
        self.mended.cost.saturating_add(What::Found { source: self.found.source }.cost())
    }

    /// What decides between candidates. A thought is never taken where there is an answer, and what stands inside a value
    /// without an end is a piece of it.
    fn rank(&self) -> (bool, bool, u32, u32) {
        let thought = self.found.source == Source::Thought;
        (thought, self.found.inside_open, self.mended.wrong, self.cost() / 10)
    }
}

impl Reading<'_> {
    fn best(&mut self, search: &Search) -> Result<Parsed, ParseError> {
        let found = &search.found;
        let middle = LOOKED_AT..found.len().saturating_sub(LOOKED_AT * 2);
        let mut ways: Vec<Way<'_>> = found
            .iter()
            .enumerate()
            .filter(|(place, found)| !middle.contains(place) || found.source == Source::Lines)
            .map(|(_, found)| Way { found, mended: self.mender.mend(&found.node, ShapeId::ROOT) })
            .collect();
        if self.options.several != Several::First {
            ways.reverse();
        }
        ways.sort_by_key(Way::rank);
        let equal = equals(&ways);
        if equal > 1 && self.options.several == Several::Refuse {
            return Err(ParseError::Several { count: equal });
        }
        let listed: Vec<Candidate> = ways.iter().skip(1).take(8).map(|way| self.candidate(way)).collect();
        let mut nearest: Option<Parsed> = None;
        for way in ways.iter().take(TRIED) {
            let Some(mut parsed) = self.finished(way, equal) else { continue };
            self.steps += 1;
            if self.schema.is_valid(&parsed.value) {
                parsed.candidates.clone_from(&listed);
                return self.accepted(parsed, way);
            }
            nearest.get_or_insert(parsed);
        }
        let Some(mut nearest) = nearest else { return Err(ParseError::NoValue) };
        nearest.candidates = listed;
        Err(ParseError::Invalid { problems: problems(self.schema, &nearest.value), nearest: Box::new(nearest) })
    }

    fn finished(&self, way: &Way<'_>, equal: usize) -> Option<Parsed> {
        let (value, inner) = finish(Rc::clone(&way.mended));
        let mut repairs: Vec<Repair> = Vec::new();
        let mut note = |what: What| repairs.push(Repair { path: String::new(), cost: what.cost(), what });
        if way.found.source != Source::Whole {
            note(What::Found { source: way.found.source });
        }
        if equal > 1 {
            note(What::Chose { among: equal });
        }
        repairs.extend(inner);
        note_space(self.text, &mut repairs);
        let (start, end) = span(way.found, self.text);
        Some(Parsed {
            truncated: self.is_cut || is_truncated(way.found, self.text, self.options, &repairs),
            confidence: confidence(&repairs),
            value: value?,
            repairs,
            source: way.found.source,
            start,
            end,
            candidates: Vec::new(),
        })
    }

    fn accepted(&self, mut parsed: Parsed, way: &Way<'_>) -> Result<Parsed, ParseError> {
        let twice = |repair: &Repair| matches!(repair.what, What::DuplicateKey { .. });
        if self.options.duplicates == Duplicates::Refuse && parsed.repairs.iter().any(twice) {
            let at = self.text[..way.found.start].chars().count();
            return Err(ParseError::Broken { why: Broken::Duplicate, at });
        }
        if parsed.truncated {
            parsed.confidence /= 2.0;
            if self.options.truncated == Truncated::Refuse {
                return Err(ParseError::Truncated { parsed: Box::new(parsed) });
            }
        }
        Ok(parsed)
    }

    fn candidate(&self, way: &Way<'_>) -> Candidate {
        let (start, end) = span(way.found, self.text);
        Candidate {
            source: way.found.source,
            start,
            end,
            cost: way.cost(),
            wrong: way.mended.wrong,
            truncated: way.found.node.cut,
        }
    }
}

/// How many candidates fit as well as the first and say something else, the first among them.
fn equals(ways: &[Way<'_>]) -> usize {
    let Some((first, others)) = ways.split_first() else { return 0 };
    if first.mended.wrong > 0 {
        return 1;
    }
    let overlaps = |other: &Found| other.start < first.found.end && first.found.start < other.end;
    let value = |way: &Way<'_>| finish(Rc::clone(&way.mended)).0;
    let mut as_good = others.iter().filter(|way| way.rank() == first.rank() && !overlaps(way.found)).peekable();
    if as_good.peek().is_none() {
        return 1;
    }
    let own = value(first);
    1 + as_good.filter(|way| value(way) != own).count()
}
