#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::json;
use signalbox_domain::{Block, Content, ImageSource, Message, MessageRole, Protocol, Tool, ToolCall};
use signalbox_store::TokenRatio;

use super::*;

fn counter(model: &str) -> TokenCounter {
    TokenCounter::of(model, &Ratios::default())
}

/// What is known after a model's provider has counted some requests of a thousand characters.
fn learned(model: &str, tokens: &[u64]) -> Ratios {
    let ratio = tokens.iter().fold(None, |known, tokens| TokenRatio::learned(known, 1_000, *tokens));
    ratio.map(|ratio| (model.to_owned(), ratio)).into_iter().collect()
}

fn said(content: impl Into<Content>) -> Vec<Message> {
    vec![Message { role: MessageRole::User, content: content.into() }]
}

fn blocks(blocks: Vec<Block>) -> Vec<Message> {
    said(Content::Blocks(blocks))
}

fn picture() -> Block {
    let source = ImageSource::Base64 { media_type: "image/png".into(), data: "A".repeat(1 << 20) };
    Block::Image { source }
}

fn tool() -> Tool {
    Tool {
        name: "weather".into(),
        description: Some("How it is outside".into()),
        parameters: json!({ "type": "object", "properties": { "city": { "type": "string" } } }),
        strict: false,
    }
}

#[test]
fn a_model_is_counted_by_the_tokenizer_that_is_its_own() {
    for (model, expected) in [
        ("gpt-5-mini", TokenCounter::O200k),
        ("openai/gpt-5-mini", TokenCounter::O200k),
        ("gpt-4o-2024-08-06", TokenCounter::O200k),
        ("ft:gpt-4o-mini-2024-07-18:acme::x", TokenCounter::O200k),
        ("o3", TokenCounter::O200k),
        ("openai/gpt-oss-120b", TokenCounter::O200k),
        ("gpt-4", TokenCounter::Cl100k),
        ("gpt-4-turbo-2024-04-09", TokenCounter::Cl100k),
        ("gpt-3.5-turbo", TokenCounter::Cl100k),
        ("text-embedding-3-small", TokenCounter::Cl100k),
        ("claude-sonnet-4-5", TokenCounter::Unknown),
        ("smollm2", TokenCounter::Unknown),
        ("", TokenCounter::Unknown),
    ] {
        assert_eq!(counter(model), expected, "{model}");
    }
}

#[test]
fn a_known_tokenizer_counts_exactly() {
    // Both know "hello world" as two tokens.
    for model in ["gpt-5-mini", "gpt-4"] {
        assert_eq!(counter(model).text("hello world"), Counted { likely: 2, at_most: 2, exact: true }, "{model}");
    }
}

#[test]
fn a_ratio_makes_better_estimates_and_stays_an_estimate() {
    let text = "a".repeat(4_000);
    let likely = |ratios: &Ratios| {
        let counted = TokenCounter::of("claude-sonnet-4-5", ratios).text(&text);
        assert!(!counted.exact, "it stays an estimate");
        assert_eq!(counted.at_most, 4_000, "it may still be a token a byte");
        counted.likely
    };
    assert_eq!(likely(&Ratios::default()), 1_000, "four characters a token");
    assert_eq!(likely(&learned("claude-sonnet-4-5", &[300; 2])), 1_000, "two requests aren't enough");
    assert_eq!(likely(&learned("claude-sonnet-4-5", &[300; 3])), 1_200);
    assert_eq!(likely(&learned("claude-opus-4-5", &[300; 3])), 1_000, "another model is another tokenizer");
    assert_eq!(likely(&learned("claude-sonnet-4-5", &[1_000_000; 3])), 4_000, "never more than can be");
    let ratios = learned("gpt-5", &[900; 9]);
    assert_eq!(TokenCounter::of("gpt-5", &ratios), TokenCounter::O200k, "a known tokenizer knows better");
}

#[test]
fn a_million_blanks_are_counted() {
    for model in ["gpt-5", "gpt-4"] {
        let counted = counter(model).text(&format!("{}x", " ".repeat(1_000_001)));
        assert!(counted.exact && counted.likely > 1_000, "{model}: {counted:?}");
    }
}

#[test]
fn everything_in_a_request_counts() {
    let call =
        ToolCall { id: "1".into(), name: "weather".into(), arguments: r#"{"city":"Kyiv"}"#.into(), signature: None };
    let result = Block::ToolResult { id: "1".into(), name: None, content: "rain ".repeat(50), is_error: false };
    let other =
        Block::Other { protocol: Protocol::OpenaiChat, value: json!({ "type": "file", "data": "x".repeat(300) }) };
    let thought = Block::Reasoning { text: "perhaps ".repeat(50), signature: Some("s".repeat(900)) };
    let schema = json!({ "type": "object", "description": "words ".repeat(50) });
    let plain = said("Hello");
    for model in ["gpt-5", "gpt-4", "smollm2"] {
        let counter = counter(model);
        let least = counter.request(&plain, &[], None);
        let with =
            |block: Block| counter.request(&blocks(vec![Block::Text { text: "Hello".into() }, block]), &[], None);
        for (what, more, bytes) in [
            ("a tool call", with(Block::ToolCall(call.clone())), 0),
            ("a tool's result", with(result.clone()), 0),
            ("thoughts", with(thought.clone()), 900),
            ("a part of one protocol", with(other.clone()), 0),
            ("a picture", with(picture()), 10_000),
            ("a tool", counter.request(&plain, &[tool()], None), 100),
            ("a schema", counter.request(&plain, &[], Some(&schema)), 300),
        ] {
            assert!(more.likely > least.likely && more.at_most > least.at_most + bytes, "{model}, {what}: {more:?}");
        }
        let picture = with(picture());
        assert!(!picture.exact && picture.at_most < 60_000, "a picture isn't counted by its bytes: {picture:?}");
        assert!(!counter.request(&plain, &[tool()], None).exact, "nobody knows in what form tools are sent");
    }
}

#[test]
fn the_upper_bound_is_never_below_the_likely_number() {
    let ratios = learned("clever", &[4_000; 5]);
    for text in ["", "a", "日本語のテキスト", "🚂🚂🚂", &"word ".repeat(1_000)] {
        for model in ["gpt-5", "gpt-4", "smollm2", "clever"] {
            let counter = TokenCounter::of(model, &ratios);
            let all =
                [Block::Text { text: text.into() }, picture(), Block::Reasoning { text: text.into(), signature: None }];
            for (messages, tools, schema) in [
                (said(text), vec![], None),
                (blocks(all.to_vec()), vec![tool(); 3], Some(json!({ "title": text }))),
                (vec![], vec![], None),
            ] {
                let counted = counter.request(&messages, &tools, schema.as_ref());
                assert!(counted.likely <= counted.at_most, "{model} {text:.20}: {counted:?}");
            }
        }
    }
}

#[test]
fn only_text_is_learned_from() {
    let measure = |messages: &[Message]| Ratios::measure(messages, &[], None);
    assert_eq!(measure(&said("Grüße 🚂")), Some(7), "in characters, not bytes");
    assert_eq!(measure(&blocks(vec![picture()])), None);
    let parameters = tool().parameters.to_string().chars().count() as u64;
    assert_eq!(Ratios::measure(&said("ab"), &[tool()], None), Some(2 + 7 + 17 + parameters));
}
