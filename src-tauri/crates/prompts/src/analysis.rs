//! What a template uses: variables with their paths, filters, tests, functions, and what is local to it.

mod scope;
mod walk;

use std::{collections::HashSet, ops::Range};

use minijinja::machinery::ast;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'s> {
    /// A named attribute, with its place, unless it was written elsewhere.
    Name(&'s str, Option<Range<usize>>),
    /// The item of a number.
    Index(i64),
    /// Every item.
    Each,
}

/// A variable and the steps into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path<'s> {
    pub(crate) root: &'s str,
    pub(crate) steps: Vec<Step<'s>>,
}

impl Path<'_> {
    /// The path of the first `length` steps as text, such as `orders[].id`.
    pub(crate) fn text(&self, length: usize) -> String {
        let mut text = self.root.to_owned();
        for step in self.steps.iter().take(length) {
            match step {
                Step::Name(name, _) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Index(index) => {
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                }
                Step::Each => text.push_str("[]"),
            }
        }
        text
    }
}

/// One use of an input variable.
#[derive(Debug, Clone)]
pub(crate) struct Use<'s> {
    pub(crate) path: Path<'s>,
    /// The whole expression, such as `customer.name`.
    pub(crate) bytes: Range<usize>,
    /// The first name in it.
    pub(crate) first: Range<usize>,
    /// How many of the steps were written elsewhere, and are checked there. 0 when the root is written here.
    pub(crate) inherited: Option<usize>,
    /// For the root and each step, whether the template copes when there is nothing.
    pub(crate) guarded: Vec<bool>,
}

/// A name that must be known to the engine.
#[derive(Debug, Clone)]
pub(crate) struct Named<'s> {
    pub(crate) name: &'s str,
    pub(crate) bytes: Range<usize>,
}

/// Every place of a name that is a variable, a local name or a function: where it is used and where it is defined.
#[derive(Debug, Clone)]
pub(crate) struct Place<'s> {
    pub(crate) name: &'s str,
    pub(crate) bytes: Range<usize>,
    /// The definition that it means; none for an input or something of the engine's.
    pub(crate) definition: Option<usize>,
}

/// What defines a local name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefinitionKind {
    Loop,
    With,
    Set,
    Macro,
    Argument,
    Import,
}

/// A name that the template defines.
#[derive(Debug, Clone)]
pub(crate) struct Definition<'s> {
    pub(crate) name: &'s str,
    pub(crate) bytes: Range<usize>,
    pub(crate) kind: DefinitionKind,
    /// The definition further out that it hides.
    pub(crate) hides: Option<usize>,
    /// Whether the name was defined in the same scope before, and only gets another value.
    pub(crate) again: bool,
    /// Whether its value is made from what the name meant before.
    pub(crate) from_itself: bool,
    /// Whether it ends with a loop's round, and what it hides doesn't.
    pub(crate) ends_with_loop: bool,
}

/// A value that is printed.
#[derive(Debug, Clone)]
pub(crate) struct Print<'s> {
    /// The whole tag, with its braces.
    pub(crate) bytes: Range<usize>,
    /// What is printed, when it is an input as it is.
    pub(crate) path: Option<Path<'s>>,
    /// Whether it becomes a value first, such as in a macro.
    pub(crate) captured: bool,
}

/// Everything that a template uses.
#[derive(Debug, Default)]
pub(crate) struct Analysis<'s> {
    pub(crate) uses: Vec<Use<'s>>,
    pub(crate) filters: Vec<Named<'s>>,
    pub(crate) tests: Vec<Named<'s>>,
    pub(crate) functions: Vec<Named<'s>>,
    /// Calls of a method of an input.
    pub(crate) methods: Vec<Named<'s>>,
    /// Attributes of `loop`.
    pub(crate) loops: Vec<Named<'s>>,
    /// Statements that need a second template.
    pub(crate) includes: Vec<Named<'s>>,
    /// Template text that is captured and printed as a value, so that a role marker in it stays text.
    pub(crate) captured: Vec<Range<usize>>,
    /// Inputs that the template copes without, by a default or by asking whether they are defined.
    pub(crate) optional: HashSet<&'s str>,
    /// Every name that the template itself defines.
    pub(crate) locals: HashSet<&'s str>,
    /// Where it defines them.
    pub(crate) definitions: Vec<Definition<'s>>,
    /// Every place of every name.
    pub(crate) places: Vec<Place<'s>>,
    /// What loops go through, with its place.
    pub(crate) loops_over: Vec<(Path<'s>, Range<usize>)>,
    /// What is printed, in the order of the text.
    pub(crate) prints: Vec<Print<'s>>,
}

impl Analysis<'_> {
    /// Whether some bytes are captured and printed as a value.
    pub(crate) fn is_captured(&self, bytes: &Range<usize>) -> bool {
        let next = self.captured.partition_point(|raw| raw.start <= bytes.start);
        next.checked_sub(1).and_then(|at| self.captured.get(at)).is_some_and(|raw| bytes.end <= raw.end)
    }
}

/// Goes through a template.
pub(crate) fn analyse<'s>(source: &'s str, template: &ast::Stmt<'s>) -> Analysis<'s> {
    walk::Walk::new(source).run(template)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    fn uses(body: &str) -> Vec<String> {
        let tree = crate::template::read(body).unwrap();
        let found = analyse(body, &tree);
        found
            .uses
            .iter()
            .map(|used| {
                let path = used.path.text(used.path.steps.len());
                let guarded = if *used.guarded.last().unwrap() { "?" } else { "" };
                format!("{path}{guarded} = {}", body.get(used.bytes.clone()).unwrap())
            })
            .collect()
    }

    #[test]
    fn follows_locals_to_the_inputs() {
        let body = "{% for order in orders %}{{ order.item.name }}{{ loop.index }}{% endfor %}\
            {% set c = customer %}{{ c.name }}{% with d = c.address %}{{ d['city'] }}{% endwith %}\
            {% macro m(a, b=shop) %}{{ a.x }}{{ b.y }}{{ caller() }}{% endmacro %}{{ m(first) }}\
            {% for k, v in map|items %}{{ k }}{{ v.z }}{% else %}{{ other }}{% endfor %}{{ (orders|first).id }}";
        insta::assert_debug_snapshot!(uses(body));
    }

    #[test]
    fn knows_where_nothing_is_allowed() {
        let body = "{% if a.b %}{{ a.b.c }}{% else %}{{ a.b }}{% endif %}{{ d|default('x') }}{{ e if e is defined else f }}\
            {% if not g %}{{ g }}{% else %}{{ g.h }}{% endif %}{% if i and i.j %}{{ i.j }}{% endif %}{{ k or 'x' }}\
            {% if l is not defined or l == 1 %}{{ l }}{% endif %}{{ m.n }}{% for o in p if o.q %}{{ o.q }}{% endfor %}";
        insta::assert_debug_snapshot!(uses(body));
    }

    #[test]
    fn ranges_are_of_the_name_whatever_stands_before() {
        let body = "😀 {{ 1 + customer.name.first ~ x | upper is string }}";
        let tree = crate::template::read(body).unwrap();
        let found = analyse(body, &tree);
        let texts: Vec<&str> = found.uses.iter().map(|used| body.get(used.bytes.clone()).unwrap()).collect();
        assert_eq!(texts, ["customer.name.first", "x"]);
        assert_eq!(body.get(found.filters[0].bytes.clone()), Some("upper"));
        assert_eq!(body.get(found.tests[0].bytes.clone()), Some("string"));
    }
}
