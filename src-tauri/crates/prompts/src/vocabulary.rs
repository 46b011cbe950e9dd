//! Everything that a template may name beside its variables, with a word on each: the one table for lint, completion,
//! hover, and the window.

/// A name that the engine knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    /// How it is written.
    pub(crate) usage: &'static str,
    /// What it does, in a sentence or two.
    pub(crate) doc: &'static str,
}

const fn word(name: &'static str, usage: &'static str, doc: &'static str) -> Word {
    Word { name, usage, doc }
}

/// The word of a name.
pub(crate) fn find<'w>(words: &'w [Word], name: &str) -> Option<&'w Word> {
    words.iter().find(|word| word.name == name)
}

/// The names of a table.
pub(crate) const fn names<const N: usize>(words: &[Word; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = words[at].name;
        at += 1;
    }
    names
}

/// The engine's filters.
pub(crate) const FILTERS: [Word; 48] = [
    word("abs", "number | abs", "The number without its sign."),
    word("attr", r#"object | attr("name")"#, "The part of that name, or nothing."),
    word("batch", "list | batch(3)", "The list cut into lists of that length. A second argument fills the last one."),
    word("bool", "value | bool", "True, unless the value is empty, zero or nothing."),
    word("capitalize", "text | capitalize", "The first letter large, the others small."),
    word("chain", "list | chain(other)", "The items of both lists, one after the other."),
    word("count", "list | count", "How many items, letters or parts there are. The same as length."),
    word("d", r#"value | d("…")"#, "What to take when there is no value. The same as default."),
    word(
        "default",
        r#"value | default("…")"#,
        "What to take when there is no value. With true as second argument also when it is empty.",
    ),
    word(
        "dictsort",
        "object | dictsort",
        r#"The parts as pairs of name and value, sorted by name; by="value" sorts by value."#,
    ),
    word("e", "text | e", "The text made safe for HTML. The same as escape; a prompt seldom needs it."),
    word("escape", "text | escape", "The text made safe for HTML. A prompt seldom needs it."),
    word("first", "list | first", "The first item, or the first letter of a text."),
    word(
        "float",
        "value | float",
        "The value as a number with decimals; default=0.0 says what to take when it is none.",
    ),
    word("format", r#""%s is %d" | format(a, b)"#, "The text with the arguments in the places that % marks."),
    word(
        "groupby",
        r#"list | groupby("state")"#,
        "The items in groups by one of their parts. Each group has grouper and list.",
    ),
    word(
        "indent",
        "text | indent(2)",
        "Every line but the first moved to the right; indent(2, true) moves the first one too.",
    ),
    word("int", "value | int", "The value as a whole number; default=0 says what to take when it is none."),
    word(
        "items",
        "object | items",
        "The parts as pairs of name and value, for a loop such as {% for name, value in object | items %}.",
    ),
    word(
        "join",
        r#"list | join(", ")"#,
        r#"The items as one text, with this between them; attribute="name" takes one part of each."#,
    ),
    word("last", "list | last", "The last item, or the last letter of a text."),
    word("length", "list | length", "How many items, letters or parts there are."),
    word("lines", "text | lines", "The lines of a text as a list."),
    word("list", "value | list", "The items as a list; of a text its letters, of an object its names."),
    word("lower", "text | lower", "All letters small."),
    word(
        "map",
        r#"list | map(attribute="name")"#,
        r#"One part of each item, or what a filter makes of it: map("upper")."#,
    ),
    word("max", "list | max", "The largest item."),
    word("min", "list | min", "The smallest item."),
    word("pprint", "value | pprint", "The value as it is written in a program, over several lines."),
    word("reject", r#"list | reject("odd")"#, "The items that don't pass a test."),
    word(
        "rejectattr",
        r#"list | rejectattr("done")"#,
        "The items of which a part doesn't pass a test; without a test, of which it is false.",
    ),
    word("replace", r#"text | replace("a", "b")"#, "Every place of the first text with the second one instead."),
    word("reverse", "list | reverse", "The items, or the letters of a text, from last to first."),
    word("round", "number | round(2)", "The number with so many decimals; none without an argument."),
    word("safe", "text | safe", "The text as it is. It changes nothing in a prompt."),
    word("select", r#"list | select("odd")"#, "The items that pass a test; without a test, those that are true."),
    word(
        "selectattr",
        r#"list | selectattr("state", "eq", "open")"#,
        "The items of which a part passes a test; without a test, of which it is true.",
    ),
    word("slice", "list | slice(3)", "The items in so many columns."),
    word(
        "sort",
        r#"list | sort(attribute="date")"#,
        "The items in their order; reverse=true turns it round, case_sensitive=true tells large letters from small ones.",
    ),
    word("split", r#"text | split(",")"#, "The pieces between these marks as a list; without an argument, the words."),
    word("string", "value | string", "The value as a text."),
    word("sum", "list | sum", "All numbers added up."),
    word("title", "text | title", "Every word with a large first letter."),
    word(
        "tojson",
        "value | tojson",
        "The value as JSON, with quotes around a text; indent=2 writes it over several lines.",
    ),
    word("trim", "text | trim", "The text without blanks at its ends; with an argument, without these characters."),
    word("unique", "list | unique", r#"Every item once; attribute="name" compares one part of each."#),
    word("upper", "text | upper", "All letters large."),
    word("zip", "list | zip(other)", "Pairs of the items that have the same place in both lists."),
];

/// Its tests.
pub(crate) const TESTS: [Word; 36] = [
    word("boolean", "value is boolean", "Whether it is true or false."),
    word("defined", "value is defined", "Whether there is a value."),
    word("divisibleby", "number is divisibleby(3)", "Whether the number can be divided without a rest."),
    word("endingwith", r#"text is endingwith(".")"#, "Whether the text ends like this."),
    word("eq", "value is eq(3)", "Whether both are the same. The same as ==."),
    word("equalto", "value is equalto(3)", "Whether both are the same. The same as ==."),
    word("escaped", "value is escaped", "Whether the text was made safe for HTML."),
    word("even", "number is even", "Whether the number is even."),
    word("false", "value is false", "Whether it is false itself, not only empty."),
    word("filter", r#""upper" is filter"#, "Whether there is a filter of this name."),
    word("float", "value is float", "Whether it is a number with decimals."),
    word("ge", "number is ge(3)", "Whether it is as much or more. The same as >=."),
    word("greaterthan", "number is greaterthan(3)", "Whether it is more. The same as >."),
    word("gt", "number is gt(3)", "Whether it is more. The same as >."),
    word("in", "value is in(list)", "Whether the list, text or object has it."),
    word("int", "value is int", "Whether it is a whole number."),
    word("integer", "value is integer", "Whether it is a whole number."),
    word("iterable", "value is iterable", "Whether a loop can go through it."),
    word("le", "number is le(3)", "Whether it is as much or less. The same as <=."),
    word("lessthan", "number is lessthan(3)", "Whether it is less. The same as <."),
    word("lower", "text is lower", "Whether all letters are small."),
    word("lt", "number is lt(3)", "Whether it is less. The same as <."),
    word("mapping", "value is mapping", "Whether it is an object."),
    word("ne", "value is ne(3)", "Whether they differ. The same as !=."),
    word("none", "value is none", "Whether it is null."),
    word("number", "value is number", "Whether it is a number."),
    word("odd", "number is odd", "Whether the number is odd."),
    word("safe", "value is safe", "Whether the text was made safe for HTML."),
    word("sameas", "value is sameas(other)", "Whether both are one and the same value."),
    word("sequence", "value is sequence", "Whether it is a list."),
    word("startingwith", r#"text is startingwith("a")"#, "Whether the text begins like this."),
    word("string", "value is string", "Whether it is a text."),
    word("test", r#""odd" is test"#, "Whether there is a test of this name."),
    word("true", "value is true", "Whether it is true itself, not only something."),
    word("undefined", "value is undefined", "Whether there is no value."),
    word("upper", "text is upper", "Whether all letters are large."),
];

/// Its functions, and the names that are always there.
pub(crate) const FUNCTIONS: [Word; 5] = [
    word("debug", "debug()", "Everything that the template knows at this place, for looking at."),
    word("dict", r#"dict(name="Ada")"#, "An object of these parts."),
    word(
        "namespace",
        "namespace(count=0)",
        "An object whose parts a loop can change: {% set ns.count = ns.count + 1 %}.",
    ),
    word("range", "range(3)", "The numbers from 0 to 2; range(1, 4) begins at 1."),
    word("self", "self.block()", "The blocks of this template."),
];

/// What a loop knows about itself.
pub(crate) const LOOP: [Word; 13] = [
    word("changed", "loop.changed(value)", "Whether the value is another one than in the round before."),
    word("cycle", r#"loop.cycle("a", "b")"#, "One of the arguments after the other, round by round."),
    word("depth", "loop.depth", "How many recursive loops are around, from 1."),
    word("depth0", "loop.depth0", "How many recursive loops are around, from 0."),
    word("first", "loop.first", "Whether this is the first round."),
    word("index", "loop.index", "The number of the round, from 1."),
    word("index0", "loop.index0", "The number of the round, from 0."),
    word("last", "loop.last", "Whether this is the last round."),
    word("length", "loop.length", "How many rounds there are."),
    word("nextitem", "loop.nextitem", "The item of the next round."),
    word("previtem", "loop.previtem", "The item of the round before."),
    word("revindex", "loop.revindex", "How many rounds are left, this one included."),
    word("revindex0", "loop.revindex0", "How many rounds are left after this one."),
];

/// What stands in `{% … %}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    pub(crate) word: Word,
    /// The statement that ends it, if it needs one.
    pub(crate) end: Option<&'static str>,
}

const fn statement(word: Word, end: Option<&'static str>) -> Statement {
    Statement { word, end }
}

/// The statements.
pub(crate) const STATEMENTS: [Statement; 12] = [
    statement(
        word(
            "for",
            "for item in list",
            "Repeats what stands up to endfor for each item. Inside, loop tells the round.",
        ),
        Some("endfor"),
    ),
    statement(
        word("if", "if condition", "Writes what stands up to endif only when the condition holds."),
        Some("endif"),
    ),
    statement(word("elif", "elif condition", "Another condition, for when those before it don't hold."), None),
    statement(word("else", "else", "For when no condition holds, or when a loop has no items."), None),
    statement(word("set", "set name = value", "Gives a value a name. Inside of a loop it ends with the round."), None),
    statement(word("with", "with name = value", "Gives values a name up to endwith."), Some("endwith")),
    statement(
        word("macro", "macro name(argument)", "A piece of template that is written out wherever it is called."),
        Some("endmacro"),
    ),
    statement(
        word("call", "call macro()", "Calls a macro, which writes what stands up to endcall where it says caller()."),
        Some("endcall"),
    ),
    statement(word("filter", "filter upper", "Puts everything up to endfilter through a filter."), Some("endfilter")),
    statement(word("raw", "raw", "Text up to endraw is left as it is, braces and all."), Some("endraw")),
    statement(word("do", "do expression", "Works out an expression and writes nothing."), None),
    statement(word("include", r#"include "name""#, "Puts another prompt's text here."), None),
];

/// Words of expressions that are no names.
pub(crate) const KEYWORDS: [Word; 10] = [
    word("and", "a and b", "True when both are."),
    word("or", "a or b", "True when one of them is."),
    word("not", "not a", "True when it isn't."),
    word("in", "a in b", "Whether the list, text or object has it."),
    word("is", "a is defined", "Puts a value to a test."),
    word("if", "a if condition else b", "One of two values."),
    word("else", "a if condition else b", "The value for when the condition doesn't hold."),
    word("true", "true", "True."),
    word("false", "false", "False."),
    word("none", "none", "No value: null."),
];

/// Names that a variable can't have, since the template would read them otherwise.
pub(crate) const RESERVED: [&str; 14] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop"];

/// Methods of other template engines, and the filter that does the same.
pub(crate) const METHODS: [(&str, &str); 16] = [
    ("capitalize", "capitalize"),
    ("format", "format"),
    ("items", "items"),
    ("join", "join"),
    ("keys", "list"),
    ("length", "length"),
    ("lower", "lower"),
    ("replace", "replace"),
    ("size", "length"),
    ("split", "split"),
    ("splitlines", "lines"),
    ("strip", "trim"),
    ("title", "title"),
    ("trim", "trim"),
    ("upper", "upper"),
    ("get", "attr"),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    fn engine_says(expression: &str) -> bool {
        let environment = crate::template::environment();
        environment.compile_expression(expression).unwrap().eval(()).unwrap().is_true()
    }

    #[test]
    fn the_tables_are_the_engines() {
        for word in FILTERS {
            assert!(engine_says(&format!("'{}' is filter", word.name)), "{}", word.name);
        }
        for word in TESTS {
            assert!(engine_says(&format!("'{}' is test", word.name)), "{}", word.name);
        }
        for (_, filter) in METHODS {
            assert!(find(&FILTERS, filter).is_some(), "{filter}");
        }
        assert!(!engine_says("'frobnicate' is filter"));
        let globals: Vec<String> = crate::template::environment().globals().map(|(name, _)| name.to_owned()).collect();
        for name in globals {
            assert!(find(&FUNCTIONS, &name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_word_says_how_it_is_written_and_what_it_does() {
        let statements = STATEMENTS.map(|statement| statement.word);
        for word in FILTERS.iter().chain(&TESTS).chain(&FUNCTIONS).chain(&LOOP).chain(&KEYWORDS).chain(&statements) {
            assert!(word.usage.contains(word.name), "{}", word.name);
            assert!(word.doc.ends_with('.') && word.doc.len() > 4, "{}", word.name);
        }
    }

    #[test]
    fn the_usage_of_a_filter_or_test_can_be_read() {
        for word in FILTERS.iter().chain(&TESTS) {
            assert!(crate::template::read(&format!("{{{{ {} }}}}", word.usage)).is_ok(), "{}", word.usage);
        }
    }
}
