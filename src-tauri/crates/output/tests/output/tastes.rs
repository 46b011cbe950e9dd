//! What is a matter of taste, option by option.

use serde_json::{Value, json};
use signalbox_output::{
    Options, ParseError, Schema, SchemaError, Stream,
    options::{
        CutNumber, Duplicates, Finish, LeadingZero, MissingValue, NonFinite, Percent, Rounding, Several, Truncated,
    },
    parse, parse_json,
};

/// Reads a text without a schema, under the default and under another option.
fn check(text: &str, by_default: &Value, options: &Options, otherwise: Option<&Value>) {
    assert_eq!(parse_json(text, &Options::default()).unwrap().value, *by_default, "{text} by default");
    let other = parse_json(text, options).ok().map(|parsed| parsed.value);
    assert_eq!(other.as_ref(), otherwise, "{text} with {options:?}");
}

/// Reads a field `v` under the default and under another option.
fn field(kind: &Value, text: &str, by_default: Option<&Value>, options: &Options, otherwise: Option<&Value>) {
    let schema = Schema::compile(&json!({"type": "object", "properties": {"v": kind}, "required": ["v"]})).unwrap();
    for (options, expected) in [(&Options::default(), by_default), (options, otherwise)] {
        let got = parse(&format!("{{\"v\": {text}}}"), &schema, options).ok().map(|parsed| parsed.value["v"].clone());
        assert_eq!(got.as_ref(), expected, "{text} with {options:?}");
    }
}

#[test]
fn each_option_decides_its_matter() {
    let with = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        options
    };
    check("{\"a\":1,\"a\":2}", &json!({"a": 2}), &with(|o| o.duplicates = Duplicates::First), Some(&json!({"a": 1})));
    check("{\"a\":1,\"a\":2}", &json!({"a": 2}), &with(|o| o.duplicates = Duplicates::Refuse), None);
    check("{\"a\":}", &json!({"a": null}), &with(|o| o.missing = MissingValue::Leave), Some(&json!({})));
    check("{\"a\":12", &json!({"a": 12}), &with(|o| o.cut_number = CutNumber::Leave), Some(&json!({})));
    check("[NaN]", &json!([null]), &with(|o| o.non_finite = NonFinite::Text), Some(&json!(["NaN"])));
    check("[007]", &json!(["007"]), &with(|o| o.leading_zero = LeadingZero::Number), Some(&json!([7])));
    check(
        "A: {\"a\": 1, \"b\": 1}\nB: {\"a\": 2, \"b\": 2}",
        &json!({"a": 2, "b": 2}),
        &with(|o| o.several = Several::First),
        Some(&json!({"a": 1, "b": 1})),
    );
    check("A: {\"a\": 1}\nB: {\"a\": 2}", &json!({"a": 2}), &with(|o| o.several = Several::Refuse), None);
    check("{\"a\":[1,", &json!({"a": [1]}), &with(|o| o.truncated = Truncated::Refuse), None);
    field(&json!({"type": "integer"}), "5.7", None, &with(|o| o.rounding = Rounding::Nearest), Some(&json!(6)));
    field(
        &json!({"type": "number"}),
        "\"50%\"",
        Some(&json!(50)),
        &with(|o| o.percent = Percent::Fraction),
        Some(&json!(0.5)),
    );
    field(&json!({"type": "integer"}), "007", Some(&json!(7)), &Options::document(), Some(&json!(7)));
}

#[test]
fn what_the_provider_says_about_the_end_is_believed() {
    let cut = Options { finish: Finish::Cut, ..Options::default() };
    let schema = Schema::compile(&json!({"type": "integer"})).unwrap();
    assert!(!parse("12", &schema, &Options::default()).unwrap().truncated);
    assert!(parse("12", &schema, &cut).unwrap().truncated);
    let schema = Schema::compile(&json!({"type": "object"})).unwrap();
    assert!(
        !parse("{\"a\": 12}", &schema, &cut).unwrap().truncated,
        "a closed object is whole, whatever came after it"
    );
}

#[test]
fn empty_and_long_answers_have_errors_of_their_own() {
    let schema = Schema::compile(&json!({"type": "object"})).unwrap();
    assert_eq!(parse(" \n", &schema, &Options::default()), Err(ParseError::Empty));
    assert_eq!(parse("I can't help with that.", &schema, &Options::default()), Err(ParseError::NoValue));
    let short = Options { max_bytes: 4, ..Options::default() };
    assert_eq!(parse("{\"a\": 1}", &schema, &short), Err(ParseError::TooLong { bytes: 8, limit: 4 }));
}

#[test]
fn unions_in_unions_go_as_deep_as_values_and_no_deeper() {
    let mut union = json!({"$ref": "#/$defs/any"});
    for _ in 0..12 {
        union = json!({"anyOf": [union, {"type": "boolean"}]});
    }
    let source = json!({"$defs": {"any": {"anyOf": [{"type": "integer"}, {"type": "array", "items": union}]}}, "$ref": "#/$defs/any"});
    let schema = Schema::compile(&source).unwrap();
    let text = format!("{}\"1\"{}", "[".repeat(120), "]".repeat(120));
    let error = parse(&text, &schema, &Options::default()).unwrap_err();
    assert!(matches!(error, ParseError::TooDeep { limit: 20..40, .. }), "{error}");
    let text = format!("{}\"1\"{}", "[".repeat(20), "]".repeat(20));
    assert!(parse(&text, &schema, &Options::default()).is_ok());
}

#[test]
fn a_schema_that_is_none_says_where() {
    let error = Schema::compile(&json!({"type": "object", "properties": {"a": {"type": "text"}}})).unwrap_err();
    assert!(error.to_string().contains("/properties/a/type"), "{error}");
    assert!(Schema::compile(&json!({"$ref": "https://example.com/other.json"})).is_err(), "nothing is fetched");
    let circular = json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}}, "$ref": "#/$defs/a"});
    assert_eq!(Schema::compile(&circular).unwrap_err(), SchemaError::Circular);
    assert!(
        Schema::compile(&json!({"items": [{"type": "integer"}], "definitions": {}})).is_ok(),
        "draft 7 is read, too"
    );
}

#[test]
fn what_is_shared_between_threads_can_be() {
    fn shared<T: Send + Sync>() {}
    shared::<Schema>();
    shared::<Stream>();
    shared::<ParseError>();
}
