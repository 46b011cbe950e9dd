//! What is to be said about the template.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
};

use serde_json::Value;

use super::{
    names::{FILTERS, GLOBALS, LOOP, TESTS},
    shape::{Case, Has},
};
use crate::{
    analysis::{Analysis, Named, Step, Use},
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::Document,
    includes::statements,
    position::Positions,
    render::roles::markers,
    suggest::nearest,
    values::SavedValues,
    vocabulary::METHODS,
};

struct Body<'b> {
    text: &'b str,
    positions: &'b Positions<'b>,
    document: &'b Document,
    analysis: &'b Analysis<'b>,
    cases: Vec<Case<'b>>,
    declared: HashSet<&'b str>,
    found: &'b mut Findings,
}

/// Checks the template. `included` are the variables that included prompts declare for it. Without saved values nothing is said about variables, since the declared ones are not known.
pub(super) fn check<'b>(
    positions: &'b Positions<'b>,
    document: &'b Document,
    included: &'b HashSet<String>,
    saved: Option<&'b [SavedValues]>,
    analysis: &'b Analysis<'b>,
    found: &'b mut Findings,
) {
    let cases = Case::all(document, saved.unwrap_or_default());
    let own = document.inputs.iter().map(|variable| variable.name.as_str());
    let declared = own.chain(included.iter().map(String::as_str)).collect();
    let text = positions.text();
    let mut body = Body { text, positions, document, analysis, cases, declared, found };
    body.names();
    body.includes();
    body.markers();
    if let Some(saved) = saved {
        body.variables(saved);
    }
}

impl Body<'_> {
    fn say(&mut self, bytes: &Range<usize>, severity: Severity, code: &str, message: String) {
        if self.found.room(severity) {
            self.found.push(Diagnostic::at(Part::Body, self.positions, bytes, severity, code, message));
        }
    }

    /// Says that a name is wrong, with a fix when another one is near.
    fn misnamed(&mut self, named: &Named<'_>, code: &str, message: &str, known: &[&str]) {
        if !self.found.room(Severity::Error) {
            return;
        }
        let near = nearest(named.name, known.iter().copied());
        let message = match near {
            Some(near) => format!("{message}; did you mean {near}?"),
            None => message.to_owned(),
        };
        let mut diagnostic = Diagnostic::at(Part::Body, self.positions, &named.bytes, Severity::Error, code, message);
        if let Some(near) = near {
            let range = self.positions.range(&named.bytes);
            diagnostic = diagnostic.with_fix(format!("Change to {near}"), near.to_owned(), range);
        }
        self.found.push(diagnostic);
    }

    /// Names that the engine must know.
    fn names(&mut self) {
        let analysis = self.analysis;
        for named in analysis.filters.iter().filter(|named| !FILTERS.contains(&named.name)) {
            self.misnamed(named, "unknown-filter", &format!("there is no filter {}", named.name), &FILTERS);
        }
        for named in analysis.tests.iter().filter(|named| !TESTS.contains(&named.name)) {
            self.misnamed(named, "unknown-test", &format!("there is no test {}", named.name), &TESTS);
        }
        for named in analysis.loops.iter().filter(|named| !LOOP.contains(&named.name)) {
            self.misnamed(named, "unknown-attribute", &format!("loop has no {}", named.name), &LOOP);
        }
        for named in analysis.functions.iter().filter(|named| !GLOBALS.contains(&named.name)) {
            if self.declared.contains(named.name) {
                let message = format!("{} is a variable and can't be called; write it without brackets", named.name);
                self.say(&named.bytes, Severity::Error, "unknown-function", message);
            } else if !analysis.locals.contains(named.name) {
                let known: Vec<&str> = GLOBALS.into_iter().chain(analysis.locals.iter().copied()).collect();
                self.misnamed(named, "unknown-function", &format!("there is no function {}", named.name), &known);
            }
        }
        for named in &analysis.methods {
            let filter = METHODS.iter().find(|(method, _)| *method == named.name);
            let message = match filter {
                Some((_, filter)) => format!("values have no methods; write … | {filter} instead of .{}()", named.name),
                None => format!("values have no methods, so .{}() can't be called; use a filter", named.name),
            };
            self.say(&named.bytes, Severity::Error, "unknown-method", message);
        }
        for named in analysis.includes.iter().filter(|named| named.name != "include") {
            let message =
                format!("there is no {} here; take the whole prompt in by include, or put its text here", named.name);
            self.say(&named.bytes, Severity::Error, "include", message);
        }
    }

    /// Includes that name nothing. Whether what they name is there isn't known here.
    fn includes(&mut self) {
        for statement in statements(self.text) {
            if let Err(problem) = statement.target {
                self.say(&statement.name, Severity::Error, "include", problem.to_string());
            }
        }
    }

    /// Lines that look like the start of a message and are none.
    fn markers(&mut self) {
        if self.analysis.captured.is_empty() {
            return;
        }
        for marker in markers(self.text, self.positions) {
            if self.analysis.is_captured(&marker.bytes) {
                let role = marker.role.as_str();
                let message =
                    format!("this line stays text: a {role} message can't begin inside of a macro, a set or a filter");
                self.say(&marker.bytes, Severity::Warning, "captured-role", message);
            }
        }
    }

    fn variables(&mut self, saved: &[SavedValues]) {
        let given: BTreeSet<&str> = saved.iter().flat_map(|set| set.values.keys().map(String::as_str)).collect();
        let mut known: HashMap<String, Vec<Has>> = HashMap::new();
        let mut said: HashSet<&str> = HashSet::new();
        let analysis = self.analysis;
        for used in &analysis.uses {
            let root = used.path.root;
            if used.inherited.is_none() && !self.declared.contains(root) && !GLOBALS.contains(&root) {
                self.undeclared(used, &given, &mut said);
                if !given.contains(root) {
                    continue;
                }
            }
            if self.cases.is_empty() || GLOBALS.contains(&root) {
                continue;
            }
            let path = used.path.text(used.path.steps.len());
            let answers =
                known.entry(path).or_insert_with(|| self.cases.iter().map(|case| case.has(&used.path)).collect());
            let answers = answers.clone();
            self.lacking(used, &answers);
        }
    }

    /// A name that isn't declared under inputs.
    fn undeclared<'u>(&mut self, used: &Use<'u>, given: &BTreeSet<&str>, said: &mut HashSet<&'u str>) {
        let root = used.path.root;
        if given.contains(root) || self.analysis.optional.contains(root) {
            if said.insert(root) {
                let message = format!("{root} isn't declared; add it under inputs in the front matter, with its kind");
                self.say(&used.first, Severity::Warning, "undeclared-variable", message);
            }
            return;
        }
        if self.analysis.locals.contains(root) {
            let message =
                format!("{root} is set in another place and not here; set it before, or outside of the loop or macro");
            return self.say(&used.first, Severity::Error, "unknown-variable", message);
        }
        if !self.found.room(Severity::Error) {
            return;
        }
        let declared = self.document.inputs.iter().map(|variable| variable.name.as_str());
        let known: Vec<&str> =
            declared.chain(given.iter().copied()).chain(self.analysis.locals.iter().copied()).collect();
        let named = Named { name: root, bytes: used.first.clone() };
        let hint = if nearest(root, known.iter().copied()).is_none() {
            "; declare it under inputs in the front matter"
        } else {
            ""
        };
        self.misnamed(&named, "unknown-variable", &format!("there is no variable {root}{hint}"), &known);
    }

    /// A use for which some saved values have nothing.
    fn lacking(&mut self, used: &Use<'_>, answers: &[Has]) {
        let from = used.inherited.map_or(0, |steps| steps + 1);
        let lacks = |answer: &Has| match answer {
            Has::Nothing(steps) if *steps >= from && !used.guarded.get(*steps).copied().unwrap_or(false) => {
                Some(*steps)
            }
            _ => None,
        };
        let lacking: Vec<(usize, &str)> =
            answers.iter().zip(&self.cases).filter_map(|(answer, case)| Some((lacks(answer)?, case.name))).collect();
        let Some(&(steps, _)) = lacking.first().filter(|_| self.found.room(Severity::Warning)) else { return };
        let names: Vec<&str> = lacking.iter().map(|(_, name)| *name).collect();
        let told = answers.iter().filter(|answer| !matches!(answer, Has::Unknown)).count();
        if steps > 0 && names.len() == told && self.unknown_part(used, steps) {
            return;
        }
        let (count, of) = (names.len(), answers.len());
        let part = self.part(used, steps);
        let message = format!("{part} is missing in {count} of {of} test values: {}", list(&names));
        // A default at the end of the expression helps only if it is the end that is missing.
        let at_end = steps == used.path.steps.len();
        let bytes = used.bytes.clone();
        let mut diagnostic =
            Diagnostic::at(Part::Body, self.positions, &bytes, Severity::Warning, "optional-without-default", message);
        if at_end {
            let text = self.text.get(bytes.clone()).unwrap_or_default();
            let default = self.usual_default(used);
            let range = self.positions.range(&bytes);
            diagnostic =
                diagnostic.with_fix(format!("Add default({default})"), format!("{text} | default({default})"), range);
        }
        self.found.push(diagnostic);
    }

    /// A part that no saved values have, which is a mistake in the template. Says whether it was one.
    fn unknown_part(&mut self, used: &Use<'_>, steps: usize) -> bool {
        let Some(Step::Name(name, Some(bytes))) = steps.checked_sub(1).and_then(|step| used.path.steps.get(step))
        else {
            return false;
        };
        let names: BTreeSet<&str> = self.cases.iter().flat_map(|case| case.names_at(&used.path, steps - 1)).collect();
        if names.is_empty() || names.contains(name) {
            return false;
        }
        let base = self.part(used, steps - 1);
        let known: Vec<&str> = names.into_iter().collect();
        let has = format!("in none of the test values has {base} a {name}; it has {}", list(&known));
        let has = if nearest(name, known.iter().copied()).is_some() { format!("{base} has no {name}") } else { has };
        self.misnamed(&Named { name, bytes: bytes.clone() }, "unknown-attribute", &has, &known);
        true
    }

    /// The expression up to a step, as it is written.
    fn part<'t>(&'t self, used: &'t Use<'_>, steps: usize) -> &'t str {
        let end = match steps.checked_sub(1).and_then(|step| used.path.steps.get(step)) {
            Some(Step::Name(_, Some(bytes))) if steps > used.inherited.unwrap_or(0) => bytes.end,
            _ if steps <= used.inherited.unwrap_or(0) => used.first.end,
            _ => used.bytes.end,
        };
        self.text.get(used.first.start..end).unwrap_or(used.path.root)
    }

    /// A default of the kind that other saved values have there.
    fn usual_default(&self, used: &Use<'_>) -> &'static str {
        match self.cases.iter().find_map(|case| case.example(&used.path)) {
            Some(Value::Number(_)) => "0",
            Some(Value::Bool(_)) => "false",
            Some(Value::Array(_)) => "[]",
            Some(Value::Object(_)) => "{}",
            _ => "\"\"",
        }
    }
}

/// Names in a sentence.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}
