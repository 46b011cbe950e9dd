//! Schemas: written for providers and mapped back, asked again in pieces, read from examples and code.

use serde_json::{Value, json};
use signalbox_output::{
    Dialect, LossKind, Options, ParseError, Schema, from_pydantic, from_typescript, infer, parse, reask, rewrite,
};

use crate::{corpus::Random, corrupted::cases, operators::resolved};

const DIALECTS: [Dialect; 5] = [
    Dialect::OpenaiStrict,
    Dialect::AnthropicTool,
    Dialect::AnthropicStrict,
    Dialect::GeminiSchema,
    Dialect::GeminiJsonSchema,
];

fn person() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "age": {"type": "integer", "minimum": 0},
            "tags": {"type": "object", "additionalProperties": {"type": "integer"}},
            "boss": {"$ref": "#/$defs/boss"}
        },
        "required": ["name"],
        "$defs": {"boss": {"type": "object", "properties": {"name": {"type": "string"}, "boss": {"$ref": "#/$defs/boss"}}, "required": ["name"]}}
    })
}

#[test]
fn openai_gets_every_field_required_and_closed_and_absent_ones_come_back_absent() {
    let schema = person();
    let written = rewrite(&schema, Dialect::OpenaiStrict);
    let sent = &written.schema;
    assert_eq!(sent["required"], json!(["name", "age", "tags", "boss"]));
    assert_eq!(sent["additionalProperties"], json!(false));
    assert_eq!(sent["properties"]["age"], json!({"type": ["integer", "null"], "minimum": 0}));
    assert_eq!(sent["properties"]["boss"], json!({"anyOf": [{"$ref": "#/$defs/boss"}, {"type": "null"}]}));
    assert!(sent["properties"]["name"].get("minLength").is_none());
    assert!(written.losses.iter().any(|loss| loss.keyword == "minLength" && loss.what == LossKind::Dropped));
    assert!(written.losses.iter().any(|loss| loss.keyword == "additionalProperties" && loss.what == LossKind::Changed));
    let whole = Schema::compile(&schema).unwrap();
    let strict = Schema::compile(sent).unwrap();
    let answer = json!({"name": "Ada", "age": null, "boss": null, "tags": [{"key": "a", "value": 1}]});
    assert!(strict.is_valid(&answer));
    let back = written.restore(answer, &whole);
    assert_eq!(back, json!({"name": "Ada", "tags": {"a": 1}}));
}

#[test]
fn what_is_no_object_is_wrapped_for_those_who_take_objects_only() {
    let schema = json!({"type": "array", "items": {"type": "string"}});
    for dialect in [Dialect::OpenaiStrict, Dialect::AnthropicTool] {
        let written = rewrite(&schema, dialect);
        let key = written.wrapper.clone().unwrap();
        let back = written.restore(json!({ key: ["a"] }), &Schema::compile(&schema).unwrap());
        assert_eq!(back, json!(["a"]));
    }
    assert_eq!(rewrite(&schema, Dialect::GeminiSchema).wrapper, None);
}

#[test]
fn anthropic_is_held_to_closed_objects_without_limits_and_without_an_end_in_sight() {
    let schema = person();
    let written = rewrite(&schema, Dialect::AnthropicStrict);
    let sent = &written.schema;
    assert_eq!(sent["required"], json!(["name"]));
    assert_eq!(sent["additionalProperties"], json!(false));
    assert_eq!(sent["properties"]["age"], json!({"type": "integer"}));
    assert!(!sent.to_string().contains("$ref"), "{sent}");
    for (keyword, what) in
        [("minimum", LossKind::Dropped), ("minLength", LossKind::Dropped), ("$ref", LossKind::Unrolled)]
    {
        assert!(written.losses.iter().any(|loss| loss.keyword == keyword && loss.what == what), "{keyword}");
    }
    let whole = Schema::compile(&schema).unwrap();
    let back = written.restore(json!({"name": "Ada", "tags": [{"key": "a", "value": 1}]}), &whole);
    assert_eq!(back, json!({"name": "Ada", "tags": {"a": 1}}));
}

#[test]
fn gemini_gets_a_json_schema_with_its_references_and_the_order_of_the_fields() {
    let written = rewrite(&person(), Dialect::GeminiJsonSchema);
    let sent = &written.schema;
    assert_eq!(sent["propertyOrdering"], json!(["name", "age", "tags", "boss"]));
    assert_eq!(sent["properties"]["age"], json!({"type": "integer", "minimum": 0}));
    assert_eq!(sent["properties"]["boss"], json!({"$ref": "#/$defs/boss"}));
    assert!(!sent.to_string().contains("nullable"), "{sent}");
}

#[test]
fn anthropic_gets_keys_that_it_takes_and_the_names_come_back() {
    let schema =
        json!({"type": "object", "properties": {"größe (cm)": {"type": "integer"}}, "required": ["größe (cm)"]});
    let written = rewrite(&schema, Dialect::AnthropicTool);
    let key = written.schema["required"][0].as_str().unwrap().to_owned();
    assert!(key.chars().all(|next| next.is_ascii_alphanumeric() || "_.-".contains(next)), "{key}");
    let back = written.restore(json!({ key: 5 }), &Schema::compile(&schema).unwrap());
    assert_eq!(back, json!({"größe (cm)": 5}));
}

#[test]
fn gemini_gets_references_written_out_and_unions_without_what_it_does_not_know() {
    let written = rewrite(&person(), Dialect::GeminiSchema);
    let text = written.schema.to_string();
    assert!(!text.contains("$ref") && !text.contains("$defs") && !text.contains("additionalProperties"), "{text}");
    assert!(written.losses.iter().any(|loss| loss.what == LossKind::Unrolled));
    let written =
        rewrite(&json!({"oneOf": [{"const": "a"}, {"type": "null"}, {"type": "integer"}]}), Dialect::GeminiSchema);
    assert_eq!(written.schema["nullable"], json!(true));
    assert_eq!(written.schema["anyOf"].as_array().unwrap().len(), 2);
}

#[test]
fn all_of_becomes_one_schema() {
    let schema = json!({"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"y": {"type": "integer"}}, "required": ["y"]}],
        "$defs": {"a": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}}});
    let written = rewrite(&schema, Dialect::OpenaiStrict);
    assert_eq!(written.schema["required"], json!(["x", "y"]));
    assert_eq!(written.wrapper, None);
}

#[test]
fn only_the_failing_pieces_are_asked_again() {
    let schema = Schema::compile(&json!({"type": "object", "required": ["a", "list"], "properties": {
        "a": {"type": "integer", "maximum": 5}, "b": {"type": "string"},
        "list": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
        "$defs": {"item": {"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "integer"}}, "required": ["n", "m"]}}}))
    .unwrap();
    let error = parse(
        "{\"a\": 1, \"b\": \"x\", \"list\": [{\"n\": 1, \"m\": 2}, {\"n\": \"many\", \"m\": 2}]}",
        &schema,
        &Options::default(),
    )
    .unwrap_err();
    let again = reask(&error, &schema).unwrap();
    assert_eq!(again.pieces.len(), 1);
    assert_eq!(again.pieces[0].path, "/list/1/n");
    assert_eq!(again.schema["type"], json!("integer"));
    assert!(again.message().contains("/list/1/n") && again.message().contains("an integer"), "{}", again.message());
    let asks = "What is the value of \"n\"? Answer with a whole number and nothing else.";
    assert!(again.message().ends_with(asks), "{}", again.message());
    assert!(schema.is_valid(&again.apply(&json!(7))));

    let error = parse("{\"a\": 9, \"list\": [{\"n\": 1}]}", &schema, &Options::default()).unwrap_err();
    let again = reask(&error, &schema).unwrap();
    let paths: Vec<&str> = again.pieces.iter().map(|piece| piece.path.as_str()).collect();
    assert_eq!(paths, ["/a", "/list/0/m"]);
    let reply = json!({"/a": 3, "/list/0/m": 4});
    assert!(again.compiled().unwrap().is_valid(&reply));
    assert_eq!(again.apply(&reply), json!({"a": 3, "list": [{"n": 1, "m": 4}]}));
}

#[test]
fn a_cut_answer_is_not_asked_again_in_pieces() {
    let schema = Schema::compile(&json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}))
        .unwrap();
    let error = parse("{\"a\": 1,", &schema, &Options::default()).unwrap_err();
    assert!(error.is_truncated());
    assert!(matches!(error, ParseError::Invalid { .. }));
    assert_eq!(reask(&error, &schema), None);
}

#[test]
fn a_schema_is_read_from_examples() {
    let schema = infer::from_examples(&[
        json!({"name": "Ada", "born": "1815-12-10", "tags": ["a"], "n": 1, "x": null}),
        json!({"name": "Bob", "born": "1999-01-01", "tags": [], "n": 1.5, "x": "y", "more": {"deep": true}}),
    ]);
    assert_eq!(
        schema,
        json!({"type": "object", "required": ["name", "born", "tags", "n", "x"], "additionalProperties": false, "properties": {
            "name": {"type": "string"}, "born": {"type": "string", "format": "date"},
            "tags": {"type": "array", "items": {"type": "string"}}, "n": {"type": "number"},
            "x": {"type": ["string", "null"]},
            "more": {"type": "object", "properties": {"deep": {"type": "boolean"}}, "required": ["deep"], "additionalProperties": false}}})
    );
}

#[test]
fn a_schema_is_read_from_typescript() {
    let snippet = from_typescript(
        r#"
        import { z } from "zod";
        /** How it went. */
        export enum Status { Open = "open", Done = "done" }
        type Id = string | number;
        interface Item { id: Id; label?: string; next: Item | null }
        export interface Order {
            /** Who ordered. */
            readonly customer: string;
            status: Status;
            items: Item[]; // at least one
            totals: Record<string, number>;
            kind: "a" | "b";
            pair: [string, number];
            note?: string | undefined;
            extra: Partial<Item>;
            when: Date;
            flags: Array<boolean>
        }
        "#,
    )
    .unwrap();
    let schema = &snippet.schema;
    Schema::compile(schema).unwrap();
    assert_eq!(schema["title"], json!("Order"));
    assert_eq!(schema["properties"]["customer"], json!({"type": "string", "description": "Who ordered."}));
    assert_eq!(schema["properties"]["kind"], json!({"enum": ["a", "b"]}));
    assert_eq!(schema["properties"]["totals"], json!({"type": "object", "additionalProperties": {"type": "number"}}));
    assert_eq!(schema["$defs"]["Status"], json!({"enum": ["open", "done"], "description": "How it went."}));
    assert_eq!(schema["$defs"]["Item"]["properties"]["id"], json!({"$ref": "#/$defs/Id"}));
    assert_eq!(schema["$defs"]["Item"]["required"], json!(["id", "next"]));
    let required: Vec<&str> = schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(required, ["customer", "status", "items", "totals", "kind", "pair", "extra", "when", "flags"]);
    assert!(snippet.losses.iter().any(|loss| loss.text == "Partial"), "{:?}", snippet.losses);
}

#[test]
fn a_schema_is_read_from_pydantic() {
    let snippet = from_pydantic(
        r#"
from pydantic import BaseModel, Field

class Color(str, Enum):
    RED = "red"
    BLUE = "blue"

class Part(BaseModel):
    """One part."""
    name: str
    color: Color = Color.RED
    weight: float | None = None

class Machine(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(..., description="What it is called", min_length=1)
    parts: list[Part] = Field(min_length=1)
    by_name: Dict[str, "Part"]
    level: Literal["low", "high"] = "low"
    year: Optional[int] = Field(default=None, ge=1900)
    at: datetime
    other: Widget

    @validator("title")
    def check(cls, value):
        return value
        "#,
    )
    .unwrap();
    let schema = &snippet.schema;
    Schema::compile(schema).unwrap();
    assert_eq!(schema["title"], json!("Machine"));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["required"], json!(["title", "parts", "by_name", "at", "other"]));
    assert_eq!(
        schema["properties"]["title"],
        json!({"type": "string", "minLength": 1, "description": "What it is called"})
    );
    assert_eq!(
        schema["properties"]["parts"],
        json!({"type": "array", "items": {"$ref": "#/$defs/Part"}, "minItems": 1})
    );
    assert_eq!(schema["properties"]["level"], json!({"enum": ["low", "high"], "default": "low"}));
    assert_eq!(schema["properties"]["year"], json!({"type": ["integer", "null"], "minimum": 1900, "default": null}));
    assert_eq!(schema["$defs"]["Color"], json!({"enum": ["red", "blue"]}));
    assert_eq!(schema["$defs"]["Part"]["required"], json!(["name"]));
    let lost: Vec<&str> = snippet.losses.iter().map(|loss| loss.text.as_str()).collect();
    assert!(lost.contains(&"Widget") && lost.contains(&"check"), "{lost:?}");
}

#[test]
fn schemas_that_lead_to_themselves_in_many_ways_come_to_an_end() {
    let names: Vec<String> = (0..12).map(|at| format!("t{at}")).collect();
    let all: Vec<Value> = names.iter().map(|name| json!({"$ref": format!("#/$defs/{name}")})).collect();
    let fields = |all: &[Value]| {
        let named: serde_json::Map<String, Value> = names.iter().cloned().zip(all.iter().cloned()).collect();
        json!({"type": "object", "properties": named})
    };
    let parts: Vec<Value> = all.iter().map(|one| json!({"allOf": [one, {"required": ["x"]}]})).collect();
    for definition in [fields(&all), json!({"anyOf": all}), fields(&parts), json!({"allOf": [fields(&parts)]})] {
        let definitions: serde_json::Map<String, Value> =
            names.iter().map(|name| (name.clone(), definition.clone())).collect();
        let schema = json!({"$defs": definitions, "type": "object", "properties": {"a": {"$ref": "#/$defs/t0"}}});
        for dialect in DIALECTS {
            let written = rewrite(&schema, dialect);
            assert!(written.schema.to_string().len() < 5_000_000);
        }
        if let Ok(compiled) = Schema::compile(&schema) {
            let _ = parse("{\"a\": {\"t1\": {\"t2\": \"x\"}}}", &compiled, &Options::default());
        }
    }
}

#[test]
fn every_generated_schema_is_written_and_its_values_come_back() {
    let mut compared = 0;
    for (source, compiled, values) in cases() {
        for dialect in DIALECTS {
            let written = rewrite(&source, dialect);
            for value in &values {
                let sent = as_provider_writes(value, &source, &source, dialect);
                if dialect == Dialect::OpenaiStrict {
                    let strict = Schema::compile(&written.schema).unwrap();
                    assert!(strict.is_valid(&sent), "{source}\n{}\n{sent}", written.schema);
                }
                let back = written.restore(sent, &compiled);
                assert!(compiled.is_valid(&back), "{back}");
                // Where null is a value of its own, it can't be told from what is absent.
                if !source.to_string().contains("\"null\"") {
                    assert_eq!(back, *value, "{dialect:?}: {source}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1_000, "{compared}");
}

/// A value as a provider's subset has it: nulls for what is absent, and pairs for maps.
fn as_provider_writes(value: &Value, schema: &Value, root: &Value, dialect: Dialect) -> Value {
    let schema = resolved(value, schema, root);
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| as_provider_writes(item, &schema["items"], root, dialect)).collect())
        }
        Value::Object(map) if schema.get("properties").is_none() && dialect != Dialect::AnthropicTool => {
            Value::Array(map.iter().map(|(key, value)| json!({"key": key, "value": value})).collect())
        }
        Value::Object(map) => {
            let mut fields: serde_json::Map<String, Value> = map
                .iter()
                .map(|(name, value)| {
                    let field = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                    (name.clone(), as_provider_writes(value, field, root, dialect))
                })
                .collect();
            if dialect == Dialect::OpenaiStrict {
                for name in schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name) {
                    fields.entry(name.clone()).or_insert(Value::Null);
                }
            }
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

#[test]
fn scrambled_code_breaks_no_reader_of_code() {
    const PIECES: &[&str] = &[
        "interface",
        "type",
        "enum",
        "class",
        "export",
        " A ",
        " B",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        ":",
        ";",
        ",",
        "|",
        "&",
        "=",
        "?",
        "\n",
        "\n    ",
        "\"text\"",
        "'t'",
        "`",
        "\"\"\"",
        "// note\n",
        "/* note",
        "*/",
        "# note\n",
        "string",
        "number",
        "Array",
        "Record",
        "keyof",
        "extends",
        "readonly",
        "BaseModel",
        "Field(",
        "Optional",
        "Union",
        "Literal",
        "Annotated",
        "Enum",
        "str",
        "int",
        "list",
        "dict",
        "tuple",
        "...",
        "None",
        "5",
        "-",
        "1.5",
        "def ",
        "@",
        "=>",
        "é",
        "😀",
        "model_config",
        "name",
        "name: ",
        "\\",
    ];
    let mut random = Random::new(31);
    for _ in 0..4_000 {
        let text: String = (0..=random.below(40)).map(|_| *random.one(PIECES)).collect();
        for read in [from_typescript, from_pydantic] {
            if let Ok(snippet) = read(&text) {
                // What can't be compiled is at least a value.
                assert!(snippet.schema.is_object());
            }
        }
    }
    assert!(from_typescript(&format!("type A = {}", "(".repeat(100_000))).is_err());
    assert!(from_pydantic(&format!("class A(BaseModel):\n    a: {}", "list[".repeat(100_000))).is_err());
}

#[test]
fn a_part_that_refers_into_the_whole_is_asked_for_as_the_whole() {
    let schema = Schema::compile(&json!({"type": "object", "required": ["children"], "additionalProperties": false,
        "properties": {"children": {"type": "array", "minItems": 1, "items": {"$ref": "#"}}, "n": {"type": "integer"}}}))
    .unwrap();
    let error = parse("{\"children\": [], \"n\": 1}", &schema, &Options::default()).unwrap_err();
    let again = reask(&error, &schema).unwrap();
    assert_eq!(again.pieces.len(), 1);
    assert_eq!((again.pieces[0].path.as_str(), &again.schema), ("", schema.source()));
    let whole = json!({"children": [], "n": 2});
    assert_eq!(again.apply(&whole), whole, "the reply is the whole");
}
