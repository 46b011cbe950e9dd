//! The names that the engine knows.

/// Its filters.
pub(crate) const FILTERS: [&str; 48] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
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
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

/// Its tests.
pub(crate) const TESTS: [&str; 36] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
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
    "safe",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Its functions, and the names that are always there.
pub(crate) const GLOBALS: [&str; 5] = ["debug", "dict", "namespace", "range", "self"];

/// What a loop knows about itself.
pub(crate) const LOOP: [&str; 13] = [
    "changed",
    "cycle",
    "depth",
    "depth0",
    "first",
    "index",
    "index0",
    "last",
    "length",
    "nextitem",
    "previtem",
    "revindex",
    "revindex0",
];

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
    fn the_lists_are_the_engines() {
        for name in FILTERS {
            assert!(engine_says(&format!("'{name}' is filter")), "{name}");
        }
        for name in TESTS {
            assert!(engine_says(&format!("'{name}' is test")), "{name}");
        }
        for (_, filter) in METHODS {
            assert!(FILTERS.contains(&filter), "{filter}");
        }
        assert!(!engine_says("'frobnicate' is filter"));
        let globals: Vec<String> = crate::template::environment().globals().map(|(name, _)| name.to_owned()).collect();
        for name in globals {
            assert!(GLOBALS.contains(&name.as_str()), "{name}");
        }
    }
}
