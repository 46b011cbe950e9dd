//! How models can be held to a schema.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::{Clock, ModelRequest};
use signalbox_output::{Dialect, rewrite};
use signalbox_providers::{
    Anthropic, Bedrock, BedrockSettings, Gemini, Http, OpenAiChat, OpenAiResponses, OpenAiSettings, Provider,
    SchemaMode, SchemaWay, Service, Simulated, SimulatedSettings,
};

use crate::support::request;

const OPENAI: SchemaWay = SchemaWay::strict(Dialect::OpenaiStrict);
const OPENAI_TOOL: SchemaWay = SchemaWay::tool(Dialect::OpenaiStrict);
const ANTHROPIC: SchemaWay = SchemaWay::strict(Dialect::AnthropicStrict);
const ANTHROPIC_TOOL: SchemaWay = SchemaWay::tool(Dialect::AnthropicTool);
const GEMINI: SchemaWay = SchemaWay::strict(Dialect::GeminiJsonSchema);

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn served_by(service: Option<Service>) -> Box<dyn Provider> {
    let usual = OpenAiSettings::compatible("http://127.0.0.1:1/v1");
    let quirks = service.map_or(usual.quirks, Service::quirks);
    Box::new(OpenAiChat::new(Http::new().unwrap(), OpenAiSettings { quirks, ..usual }).unwrap())
}

#[test]
fn each_model_is_asked_in_the_strongest_way_that_its_protocol_has() {
    let http = || Http::new().unwrap();
    let openai: Box<dyn Provider> = Box::new(OpenAiResponses::new(http(), OpenAiSettings::openai()).unwrap());
    let anthropic: Box<dyn Provider> = Box::new(Anthropic::new(http(), Anthropic::BASE_URL).unwrap());
    let gemini: Box<dyn Provider> = Box::new(Gemini::new(http(), Gemini::BASE_URL).unwrap());
    let settings = BedrockSettings { region: "eu-central-1".into(), base_url: None };
    let bedrock: Box<dyn Provider> = Box::new(Bedrock::new(http(), Arc::new(Still), &settings).unwrap());
    let simulated: Box<dyn Provider> = Box::new(Simulated::new(SimulatedSettings::default()));
    for (provider, model, expected) in [
        (&openai, "gpt-5-mini", OPENAI),
        (&openai, "gpt-4o", OPENAI),
        (&openai, "gpt-4.1", OPENAI),
        (&openai, "gpt-4", OPENAI_TOOL),
        (&openai, "gpt-4-turbo", OPENAI_TOOL),
        (&openai, "gpt-3.5-turbo", OPENAI_TOOL),
        (&openai, "o1-mini", SchemaWay::PROMPT),
        (&served_by(None), "whatever", OPENAI),
        (&served_by(Some(Service::Ollama)), "llama3.2", SchemaWay { mode: SchemaMode::Strict, dialect: None }),
        (&served_by(Some(Service::Deepseek)), "deepseek-chat", SchemaWay::JSON),
        (&anthropic, "claude-sonnet-5", ANTHROPIC),
        (&anthropic, "claude-3-5-haiku-20241022", ANTHROPIC_TOOL),
        (&anthropic, "kimi-k2", ANTHROPIC_TOOL),
        (&bedrock, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", ANTHROPIC),
        (&bedrock, "amazon.nova-lite-v1:0", ANTHROPIC_TOOL),
        (&gemini, "gemini-2.5-flash", GEMINI),
        (&gemini, "models/gemma-3-27b-it", SchemaWay::PROMPT),
        (&simulated, "simulated-small", OPENAI),
    ] {
        assert_eq!(provider.schema_way(model), expected, "{model}");
    }
}

#[test]
fn a_schema_rewritten_for_anthropic_can_always_be_said() {
    let schemas = [
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "number"}}),
        json!({"type": "array", "items": {"type": "object", "additionalProperties": true}}),
        json!({"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {
            "name": {"type": "string", "minLength": 1}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
        }, "required": ["name", "children"]}}}),
        json!({}),
        json!(true),
    ];
    let provider = Anthropic::new(Http::new().unwrap(), Anthropic::BASE_URL).unwrap();
    for schema in schemas {
        let sent = rewrite(&schema, Dialect::AnthropicStrict).schema;
        let asked = ModelRequest { model: "claude-sonnet-5".into(), schema: Some(sent), ..request("Who?", false) };
        let body: Value = serde_json::from_slice(&provider.prepare(&asked).unwrap().body).unwrap();
        assert_eq!(body.pointer("/output_config/format/type"), Some(&json!("json_schema")), "{schema}");
    }
}
