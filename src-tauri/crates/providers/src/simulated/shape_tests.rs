//! Values are checked against their schemas by a validator that knows nothing of how they were made.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::ContentHash;

use super::*;

fn dice(seed: u64) -> Dice {
    Dice::new(&ContentHash::of(b"shape"), seed)
}

fn check(schema: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("{schema} is no schema: {error}"));
    let topics = prose::topics("Where is my order of green tea and the invoice?");
    for seed in 0..60 {
        let made = value(schema, &mut dice(seed), &topics);
        if let Err(error) = validator.validate(&made) {
            panic!("seed {seed}: {made} doesn't follow {schema}: {error}");
        }
    }
}

fn schemas() -> Vec<Value> {
    vec![
        json!({"type": "string"}),
        json!({"type": "string", "minLength": 200, "maxLength": 210}),
        json!({"type": "string", "maxLength": 0}),
        json!({"type": "string", "pattern": "^[A-Z]{2}-\\d{4,6}(-[a-f]+)?$"}),
        json!({"type": "string", "pattern": "^(red|green|blue)\\.\\w+$", "maxLength": 12}),
        json!({"enum": ["a", 2, null, {"b": []}]}),
        json!({"const": {"fixed": [1, "é"]}}),
        json!({"type": "boolean"}),
        json!({"type": "null"}),
        json!({"type": ["null", "integer"]}),
        json!({"type": "integer", "minimum": 1000, "maximum": 1001}),
        json!({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 20, "maximum": 50}),
        json!({"type": "integer", "maximum": -5}),
        json!({"type": "number", "minimum": 0, "maximum": 1}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001}),
        json!({"type": "number", "multipleOf": 0.25, "minimum": 3.1}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 5, "maxItems": 5}),
        json!({"type": "array", "items": {"enum": ["x", "y", "z"]}, "uniqueItems": true, "minItems": 3}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "items": false}),
        json!({"type": "array", "maxItems": 0}),
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3}),
        json!({"type": "object", "required": ["hidden"], "additionalProperties": {"type": "boolean"}}),
        json!({"type": "object", "additionalProperties": false}),
        json!(true),
        json!({}),
        json!({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "integer", "minimum": 3}, "a": {"maxLength": 4}}, "required": ["b"]},
        ]}),
        json!({"$ref": "#/$defs/node", "$defs": {"node": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 0}},
            "required": ["name", "children"], "additionalProperties": false,
        }}}),
        json!({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]}),
        json!({
            "type": "object",
            "properties": {
                "customer_email": {"type": "string", "format": "email"},
                "ordered_at": {"type": "string", "format": "date-time"},
                "due": {"type": "string", "format": "date"},
                "at": {"type": "string", "format": "time"},
                "id": {"type": "string", "format": "uuid"},
                "link": {"type": "string", "format": "uri"},
                "host": {"type": "string", "format": "hostname"},
                "ip": {"type": "string", "format": "ipv4"},
                "ip6": {"type": "string", "format": "ipv6"},
                "confidence": {"type": "number"},
                "items": {"type": "array", "items": {"type": "object", "properties": {
                    "name": {"type": "string"}, "price": {"type": "number", "minimum": 0}, "count": {"type": "integer", "minimum": 1}
                }, "required": ["name", "price", "count"]}, "minItems": 1},
                "tone": {"enum": ["calm", "angry"]},
            },
            "required": ["customer_email", "ordered_at", "due", "at", "id", "link", "host", "ip", "ip6", "confidence", "items", "tone"],
            "additionalProperties": false,
        }),
    ]
}

#[test]
fn every_answer_follows_its_schema() {
    schemas().iter().for_each(check);
}

#[test]
fn a_wrong_answer_does_not_follow_its_schema() {
    for schema in [
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"b": true}, "required": ["b"]}}}),
    ] {
        for seed in 0..20 {
            let made = wrong(&schema, &mut dice(seed), &[]);
            assert!(!jsonschema::is_valid(&schema, &made), "{made} follows {schema}");
        }
    }
}

#[test]
fn fields_are_filled_with_what_their_names_suggest() {
    let fields = ["email", "customer_name", "confidence", "order_id", "language", "summary"];
    let properties: Map<String, Value> = fields
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": if *name == "confidence" { "number" } else { "string" }})))
        .collect();
    let schema = json!({"type": "object", "properties": properties, "required": fields});
    let made = value(&schema, &mut dice(1), &prose::topics("The kettle is broken"));
    let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
    assert!(text("email").contains('@'), "{made}");
    assert!(text("customer_name").contains(' '), "{made}");
    assert!((0.0..=1.0).contains(&made["confidence"].as_f64().unwrap()), "{made}");
    assert!(text("summary").contains("kettle") || text("summary").contains("broken"), "{made}");
}

/// Schemas of any shape, sensible or not.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/nowhere"})),
        Just(json!({"$ref": 3})),
        Just(json!(false)),
        Just(json!([])),
        any::<i64>().prop_map(|n| json!({"type": "integer", "minimum": n, "multipleOf": n})),
        any::<f64>().prop_map(|n| json!({"type": "number", "maximum": n, "exclusiveMinimum": n, "multipleOf": 1e-300})),
        "[a-z\\\\\\[\\](){}*+?|^$0-9.,-]{0,12}".prop_map(|pattern| json!({"pattern": pattern})),
        any::<u64>().prop_map(|n| json!({"type": "array", "minItems": n, "uniqueItems": true})),
        any::<u64>().prop_map(|n| json!({"type": "string", "minLength": n, "maxLength": 3})),
        any::<u64>().prop_map(|n| json!({"type": "object", "minProperties": n})),
        Just(json!({"enum": []})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| json!({"allOf": all})),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|any| json!({"anyOf": any})),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "minItems": 3})),
            (inner.clone(), inner)
                .prop_map(|(a, b)| json!({"properties": {"a": a}, "required": ["a", 4], "additionalProperties": b})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_schema_makes_it_panic_or_run_for_ever(schema in any_schema(), seed in any::<u64>()) {
        let made = value(&schema, &mut dice(seed), &[]);
        prop_assert!(made.to_string().len() < 64 * 1024 * 1024);
        wrong(&schema, &mut dice(seed), &[]);
    }
}
