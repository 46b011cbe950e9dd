//! Schemas of answers and answers read by them, through commands.

use serde_json::{Value, json};
use signalbox_api::{
    Code,
    types::{AnswerParse, Empty, SchemaFrom, SchemaInfer, SchemaModels, SchemaWrite},
};
use signalbox_providers::SchemaMode;

use crate::harness::{App, command};

fn invoice() -> Value {
    json!({
        "type": "object",
        "properties": {
            "state": { "enum": ["open", "paid"] },
            "total": { "type": "number", "minimum": 0 },
            "tags": { "type": "object", "additionalProperties": { "type": "string" } }
        },
        "required": ["state"],
        "additionalProperties": false
    })
}

/// A workspace with a model of each way in which one can be held to a schema.
async fn app() -> App {
    App::with(|folders| {
        let model = |name: &str, provider: &str, id: &str| {
            format!(
                "[models.{name}]\nprovider = \"{provider}\"\nid = \"{id}\"\ntier = \"standard\"\nfamily = \"f\"\n\n"
            )
        };
        let toml = [
            "[workspace]\nname = \"test\"\nproject = \"support\"\n\n".to_owned(),
            "[providers.openai]\nkind = \"openai\"\n\n[providers.anthropic]\nkind = \"anthropic\"\n\n".to_owned(),
            "[providers.gemini]\nkind = \"gemini\"\n\n[providers.sim]\nkind = \"simulated\"\n\n".to_owned(),
            "[providers.deepseek]\nkind = \"openai-compatible\"\npreset = \"deepseek\"\n\
             base_url = \"http://127.0.0.1:9/v1\"\nkey = \"none\"\n\n"
                .to_owned(),
            model("new", "openai", "gpt-5-mini"),
            model("old", "openai", "gpt-4-turbo"),
            model("claude", "anthropic", "claude-sonnet-5"),
            model("haiku", "anthropic", "claude-3-5-haiku-latest"),
            model("flash", "gemini", "gemini-2.5-flash"),
            model("gemma", "gemini", "gemma-3-27b-it"),
            model("chat", "deepseek", "deepseek-chat"),
            model("free", "sim", "simulated-small"),
            "[routes.default]\ngenerate = [\"free\"]\n".to_owned(),
        ];
        folders.write("signalbox.toml", &toml.concat());
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_configured_model_says_what_it_enforces_and_what_is_lost() {
    let app = app().await;
    let problems = app.core.app_info(Empty {}).await.unwrap().workspace.problems;
    assert!(problems.iter().all(|problem| problem.severity != signalbox_workspace::config::ProblemSeverity::Error));
    let list = app.core.schema_models(SchemaModels { schema: invoice() }).await.unwrap();
    let found: Vec<_> = list.models.iter().map(|one| (one.model.as_str(), one.mode, one.simulated)).collect();
    let expected = [
        ("new", SchemaMode::Strict, false),
        ("old", SchemaMode::Tool, false),
        ("claude", SchemaMode::Strict, false),
        ("haiku", SchemaMode::Tool, false),
        ("flash", SchemaMode::Strict, false),
        ("gemma", SchemaMode::Prompt, false),
        ("chat", SchemaMode::JsonMode, false),
        ("free", SchemaMode::Strict, true),
    ];
    assert_eq!(found, expected);
    let lost = |name: &str| -> Vec<(String, String, bool)> {
        let one = list.models.iter().find(|one| one.model == name).unwrap();
        one.losses.iter().map(|loss| (loss.path.clone(), loss.keyword.clone(), loss.restored)).collect()
    };
    let pairs = ("/properties/tags".to_owned(), "additionalProperties".to_owned(), true);
    assert_eq!(lost("new"), std::slice::from_ref(&pairs));
    let minimum = ("/properties/total".to_owned(), "minimum".to_owned(), false);
    assert_eq!(lost("claude"), [minimum, pairs]);
    for whole in ["haiku", "gemma", "chat"] {
        assert!(lost(whole).is_empty(), "{whole}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_was_mended_and_where() {
    let app = App::start().await;
    let object = "{'state': \"Paid\", \"total\": \"1,204.50\"}";
    let text = format!("Wéll: {object} or so");
    let asked = AnswerParse { text: text.clone(), schema: Some(invoice()) };
    let read = app.core.answer_parse(asked).await.unwrap();
    assert_eq!((read.ok, read.value), (true, json!({"state": "paid", "total": 1204.5})));
    let range = read.range.unwrap();
    let found: String = text.chars().skip(range.start as usize).take((range.end - range.start) as usize).collect();
    assert_eq!(found, object);
    let said: Vec<_> = read.repairs.iter().map(|one| (one.path.as_str(), one.what.as_str())).collect();
    assert!(said.contains(&("/state", "choice_folded")) && said.contains(&("/total", "number_from_text")), "{said:?}");
    let wrong = AnswerParse { text: "{\"state\": 7}".into(), schema: Some(invoice()) };
    let refused = app.core.answer_parse(wrong).await.unwrap();
    let error = refused.error.unwrap();
    assert_eq!((refused.ok, error.kind.as_str(), error.problems[0].path.as_str()), (false, "invalid", "/state"));
    let no_schema = AnswerParse { text: "{}".into(), schema: Some(json!({"type": "strng"})) };
    assert_eq!(app.core.answer_parse(no_schema).await.unwrap_err().code, Code::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_made_from_an_example_goes_into_a_prompt_and_into_its_preview() {
    let app = App::start().await;
    let from = SchemaInfer { from: SchemaFrom::Example, text: "{\"a\": 1}".into() };
    let made = app.core.schema_infer(from).await.unwrap();
    let written = app.core.schema_write(SchemaWrite { head: "name: a\n".into(), text: made.schema }).await.unwrap();
    let head = written.head.unwrap();
    let preview = command(
        &app.core,
        "prompt_preview",
        json!({
            "source": { "head": head, "body": "user:\nHello\n" }, "values": {}, "saved": []
        }),
    )
    .await
    .unwrap();
    assert_eq!(preview["diagnostics"], json!([]));
    assert_eq!(preview["document"]["output"]["properties"], json!({"a": {"type": "integer"}}));
}
