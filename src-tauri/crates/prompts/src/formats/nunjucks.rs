//! Nunjucks, promptfoo's templates, which are nearly Jinja.
//!
//! A template is kept as it is, apart from words that are spelled otherwise; what only one of the two knows is noted.

mod spelling;

use std::ops::Range;

use minijinja::machinery::{Token, ast::Stmt, tokenize};

use self::spelling::respelled;
use super::{
    body,
    carried::MOST_VARIABLES,
    loss::{LossKind, Note},
    plain::prints_otherwise,
};
use crate::{
    analysis::{Analysis, analyse},
    document::Variable,
    lint::names::{FILTERS, TESTS},
    template,
};

/// Filters that both have, with the same meaning.
const BOTH_FILTERS: [&str; 34] = [
    "abs",
    "batch",
    "capitalize",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "groupby",
    "indent",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "upper",
    "tojson",
];

/// Tests that both have.
const BOTH_TESTS: [&str; 22] = [
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "even",
    "ge",
    "greaterthan",
    "gt",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "string",
    "undefined",
    "upper",
];

/// What `loop` has in both.
const BOTH_LOOPS: [&str; 7] = ["index", "index0", "revindex", "revindex0", "first", "last", "length"];

/// Names that promptfoo itself gives to templates.
const OF_PROMPTFOO: [&str; 2] = ["env", "_conversation"];

/// A template of Nunjucks as one of Jinja, the names that it uses, and what is to be said.
pub(crate) fn to_jinja(text: &str) -> (String, Vec<String>, Vec<Note>) {
    let mut notes = Vec::new();
    let jinja = respelled(text, &mut notes);
    let tree = match template::read(&jinja) {
        Ok(tree) => tree,
        Err(problem) => {
            notes.push(note(
                LossKind::Changed,
                problem.bytes.start,
                format!("the template is kept and can't be read here: {}", problem.message),
                "rewrite this place in Jinja",
            ));
            return (jinja, Vec::new(), notes);
        }
    };
    let analysis = analyse(&jinja, &tree);
    for (used, known, what) in
        [(&analysis.filters, FILTERS.as_slice(), "filter"), (&analysis.tests, TESTS.as_slice(), "test")]
    {
        for named in used.iter().filter(|named| !known.contains(&named.name)) {
            notes.push(note(
                LossKind::Changed,
                named.bytes.start,
                format!("the {what} {} isn't known here", named.name),
                "use another one, or give its result as a value",
            ));
        }
    }
    for used in &analysis.includes {
        notes.push(note(
            LossKind::Changed,
            used.bytes.start,
            format!("{} needs another file", used.name),
            "put its text here",
        ));
    }
    let names = roots(&analysis);
    for used in analysis.uses.iter().filter(|used| OF_PROMPTFOO.contains(&used.path.root)) {
        let what = format!("{} is promptfoo's own; here it is a variable", used.path.root);
        notes.push(note(LossKind::Changed, used.first.start, what, "give it a value, or take it out"));
    }
    (jinja.clone(), names, notes)
}

/// The inputs that a template uses, in their order.
pub(crate) fn roots(analysis: &Analysis<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut uses: Vec<_> = analysis.uses.iter().filter(|used| used.inherited.is_none()).collect();
    uses.sort_by_key(|used| used.first.start);
    for used in uses {
        if names.len() > MOST_VARIABLES {
            break;
        }
        let root = used.path.root;
        if !analysis.locals.contains(root)
            && !crate::lint::names::GLOBALS.contains(&root)
            && !names.iter().any(|name| name == root)
        {
            names.push(root.to_owned());
        }
    }
    names
}

/// Checks that a template of Jinja means the same in Nunjucks, and spells it as Nunjucks does.
pub(crate) fn of_jinja(text: &str, variables: &[Variable]) -> (String, Vec<Note>) {
    let mut notes = Vec::new();
    let tree = match template::read(text) {
        Ok(tree) => tree,
        Err(problem) => {
            notes.push(note(LossKind::Refused, problem.bytes.start, problem.message, "mend the template first"));
            return (String::new(), notes);
        }
    };
    let analysis = analyse(text, &tree);
    let lists = [
        (&analysis.filters, BOTH_FILTERS.as_slice(), "filter"),
        (&analysis.tests, BOTH_TESTS.as_slice(), "test"),
        (&analysis.loops, BOTH_LOOPS.as_slice(), "attribute of loop,"),
    ];
    for (used, known, what) in lists {
        for named in used.iter().filter(|named| !known.contains(&named.name)) {
            notes.push(note(
                LossKind::Refused,
                named.bytes.start,
                format!("the {what} {}", named.name),
                "Nunjucks doesn't have it; give its result as a value",
            ));
        }
    }
    for named in analysis.includes.iter().chain(&analysis.methods) {
        notes.push(note(
            LossKind::Refused,
            named.bytes.start,
            format!("the use of {}", named.name),
            "Nunjucks doesn't have it; write its text or result here",
        ));
    }
    statements(&tree, variables, &mut notes);
    (edited(text, &spelled(text, &mut notes)), notes)
}

/// The statements that Nunjucks doesn't have, and values that it prints in another way.
fn statements(statement: &Stmt<'_>, variables: &[Variable], notes: &mut Vec<Note>) {
    let mut refuse = |at: u32, what: &str| {
        notes.push(note(
            LossKind::Refused,
            at as usize,
            what,
            "Nunjucks doesn't have it; write it with if, for and set",
        ));
    };
    let below: Vec<&[Stmt<'_>]> = match statement {
        Stmt::Template(template) => vec![&template.children],
        Stmt::EmitExpr(emit) => {
            if let minijinja::machinery::ast::Expr::Var(var) = &emit.expr
                && let Some(what) = prints_otherwise(var.id, variables)
            {
                let at = var.span().start_offset as usize;
                notes.push(note(LossKind::Changed, at, what, "give it as text"));
            }
            Vec::new()
        }
        Stmt::IfCond(cond) => vec![&cond.true_body, &cond.false_body],
        Stmt::ForLoop(each) => {
            if each.recursive || each.filter_expr.is_some() {
                refuse(each.span().start_offset, "a loop with a condition, or one that calls itself");
            }
            vec![&each.body, &each.else_body]
        }
        Stmt::SetBlock(set) => vec![&set.body],
        Stmt::FilterBlock(block) => vec![&block.body],
        Stmt::Macro(definition) => vec![&definition.body],
        Stmt::CallBlock(block) => vec![&block.macro_decl.body],
        Stmt::WithBlock(with) => {
            refuse(with.span().start_offset, "with");
            vec![&with.body]
        }
        Stmt::AutoEscape(escape) => {
            refuse(escape.span().start_offset, "autoescape");
            vec![&escape.body]
        }
        Stmt::Do(statement) => {
            refuse(statement.span().start_offset, "do");
            Vec::new()
        }
        _ => Vec::new(),
    };
    for list in below {
        for inner in list {
            statements(inner, variables, notes);
        }
    }
}

/// Words that Nunjucks spells otherwise.
fn spelled(text: &str, notes: &mut Vec<Note>) -> Vec<(Range<usize>, &'static str)> {
    let mut edits = Vec::new();
    let mut piped = false;
    for token in tokenize(text, false, template::syntax()) {
        let Ok((token, span)) = token else { break };
        let bytes = span.start_offset as usize..span.end_offset as usize;
        match token {
            Token::Ident("tojson") if piped => {
                notes.push(json(bytes.start));
                edits.push((bytes, "dump"));
            }
            Token::Ident("True") => edits.push((bytes, "true")),
            Token::Ident("False") => edits.push((bytes, "false")),
            Token::Ident("None") => edits.push((bytes, "none")),
            _ => {}
        }
        piped = matches!(token, Token::Pipe);
    }
    edits
}

fn edited(text: &str, edits: &[(Range<usize>, &str)]) -> String {
    let mut made = String::new();
    let mut at = 0;
    for (bytes, with) in edits {
        made.push_str(text.get(at..bytes.start).unwrap_or_default());
        made.push_str(with);
        at = bytes.end;
    }
    made.push_str(text.get(at..).unwrap_or_default());
    made
}

pub(super) fn json(at: usize) -> Note {
    let what = "JSON is written with other blanks, and in Jinja with < > & ' as \\u escapes";
    note(LossKind::Changed, at, what, "a model reads both; render it and look")
}

/// Whether what stands in a value would be taken for a template by promptfoo.
pub(crate) fn looks_like_template(text: &str) -> bool {
    !body::braces(text).eq(text)
}

fn note(kind: LossKind, at: usize, what: impl Into<String>, advice: &str) -> Note {
    Note { kind, at, what: what.into(), advice: advice.to_owned() }
}
