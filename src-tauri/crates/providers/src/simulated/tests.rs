//! The simulated provider in process: the same every time, on time, and faulty on demand.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use signalbox_domain::{
    Block, Content, ErrorClass, FinishReason, Message, MessageRole, Params, Tool, ToolCall, ToolChoice,
};
use signalbox_output::{Options, Schema, parse};
use tokio::time::Instant;

use super::*;

fn request(text: &str) -> ModelRequest {
    ModelRequest {
        model: "simulated-small".into(),
        messages: vec![Message::text(MessageRole::System, "Answer kindly"), Message::text(MessageRole::User, text)],
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream: true,
    }
}

fn provider(faults: &str) -> Simulated {
    Simulated::new(SimulatedSettings { faults: FaultSchedule::parse(faults).unwrap(), ..SimulatedSettings::default() })
}

/// Sends a request and gives back the text and how it ended.
async fn answer(provider: &Simulated, request: &ModelRequest) -> (String, Result<FinishReason, Failure>) {
    let (events, end) = events(provider, request).await;
    let text = events
        .iter()
        .filter_map(|event| if let Event::Delta(text) = event { Some(text.as_str()) } else { None })
        .collect();
    (text, end)
}

async fn events(provider: &Simulated, request: &ModelRequest) -> (Vec<Event>, Result<FinishReason, Failure>) {
    let prepared = provider.prepare(request).unwrap();
    let mut stream = match provider.send(&prepared, None).await {
        Ok(stream) => stream,
        Err(failure) => return (Vec::new(), Err(failure)),
    };
    let mut events = Vec::new();
    loop {
        match stream.next().await {
            Some(Ok(Event::Finished(finish))) => {
                assert!(stream.next().await.is_none(), "nothing comes after the end");
                return (events, Ok(finish));
            }
            Some(Ok(event)) => events.push(event),
            Some(Err(failure)) => {
                assert!(stream.next().await.is_none(), "nothing comes after the failure");
                return (events, Err(failure));
            }
            None => panic!("a stream must say how it ended"),
        }
    }
}

#[tokio::test]
async fn the_same_request_and_seed_always_give_the_same_answer() {
    let asked = request("Where is my parcel? 🚂");
    let (first, end) = answer(&provider(""), &asked).await;
    assert_eq!(end, Ok(FinishReason::Stop));
    assert_eq!(answer(&provider(""), &asked).await.0, first);
    assert!(first.to_lowercase().contains("parcel"), "it speaks about what was asked: {first}");

    let other_seed = Simulated::new(SimulatedSettings { seed: 7, ..SimulatedSettings::default() });
    assert_ne!(answer(&other_seed, &asked).await.0, first, "another seed");
    assert_ne!(answer(&provider(""), &request("Where is my letter?")).await.0, first, "another question");
}

#[tokio::test]
async fn an_answer_says_who_served_it_and_what_it_used() {
    let (events, end) = events(&provider(""), &request("Tell me about the timetable")).await;
    assert_eq!(end, Ok(FinishReason::Stop));
    assert_eq!(events.first(), Some(&Event::Served { model: "simulated-small".into() }));
    let text: String =
        events.iter().filter_map(|e| if let Event::Delta(text) = e { Some(text.as_str()) } else { None }).collect();
    let pieces = events.iter().filter(|event| matches!(event, Event::Delta(_))).count();
    assert!(pieces > 10, "it speaks word by word, in {pieces} pieces");
    let Some(Event::Usage(usage)) = events.last() else { panic!("the usage comes last: {events:?}") };
    // "Answer kindly" has 13 characters and the question 27: 4 and 7 tokens, and 4 for each message.
    assert_eq!((usage.input, usage.output), (19, text.chars().count().div_ceil(4) as u64));
}

#[tokio::test]
async fn the_longest_length_and_stop_texts_are_kept() {
    let short = ModelRequest {
        params: Params { max_tokens: Some(5), ..Params::default() },
        ..request("Ünïcode bleibt ganz")
    };
    let (text, end) = answer(&provider(""), &short).await;
    assert_eq!((text.chars().count(), end), (20, Ok(FinishReason::Length)), "{text}");

    let stop =
        ModelRequest { params: Params { stop: vec![". ".into()], ..Params::default() }, ..request("Where is it?") };
    let (text, end) = answer(&provider(""), &stop).await;
    assert!(!text.contains(". ") && end == Ok(FinishReason::Stop), "{text}");
}

#[tokio::test]
async fn a_schema_is_honoured_streaming_or_not() {
    let schema = json!({
        "type": "object",
        "properties": {"intent": {"enum": ["refund", "delay"]}, "note": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["intent", "note", "count"],
    });
    for stream in [true, false] {
        let asked = ModelRequest { schema: Some(schema.clone()), stream, ..request("My train was late") };
        let (text, end) = answer(&provider(""), &asked).await;
        assert_eq!(end, Ok(FinishReason::Stop));
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} is no JSON: {error}"));
        assert!(jsonschema::is_valid(&schema, &value), "{value}");

        let (text, end) = answer(&provider("sloppy_json"), &asked).await;
        assert!(serde_json::from_str::<Value>(&text).is_err() && end == Ok(FinishReason::Stop), "{text} is no JSON");
        let read = Schema::compile(&schema).map(|schema| parse(&text, &schema, &Options::default()));
        assert_eq!(read.unwrap().unwrap().value, value, "it still says the same");

        let (text, end) = answer(&provider("wrong_json"), &asked).await;
        let valid = serde_json::from_str::<Value>(&text).is_ok_and(|value| jsonschema::is_valid(&schema, &value));
        assert!(!valid && end == Ok(FinishReason::Stop), "{text} must not follow the schema");
    }
}

#[tokio::test]
async fn every_fault_is_the_failure_that_it_stands_for() {
    for (fault, class) in [
        ("rate_limited", ErrorClass::RateLimited),
        ("rate_limited(retry_after=2)", ErrorClass::RateLimited),
        ("rate_limited(retry_after=0.25)", ErrorClass::RateLimited),
        ("server_error(502)", ErrorClass::Server),
        ("overloaded", ErrorClass::Overloaded),
        ("overloaded(529)", ErrorClass::Overloaded),
        ("cut", ErrorClass::StreamCut { delivered: false }),
        ("cut_after(3)", ErrorClass::StreamCut { delivered: true }),
        ("malformed", ErrorClass::Malformed),
        ("empty", ErrorClass::Empty),
        ("refusal", ErrorClass::ContentPolicy),
        ("key_dead", ErrorClass::Auth),
        ("no_credit", ErrorClass::Billing),
        ("client_error", ErrorClass::Client),
        ("context_window", ErrorClass::ContextWindow),
        ("unreachable", ErrorClass::Connect),
    ] {
        let provider = provider(fault);
        let (_, end) = answer(&provider, &request("Hello")).await;
        assert_eq!(end.map_err(|failure| failure.class), Err(class), "{fault}");
        let (text, end) = answer(&provider, &request("Hello")).await;
        assert!(!text.is_empty() && end == Ok(FinishReason::Stop), "after {fault} all is well again");
    }
}

#[tokio::test]
async fn faults_meet_answers_in_one_piece_too() {
    let whole = ModelRequest { stream: false, ..request("Hello") };
    for (fault, class) in [
        ("cut_after(3)", ErrorClass::StreamCut { delivered: false }),
        ("malformed(1)", ErrorClass::Malformed),
        ("empty", ErrorClass::Empty),
        ("refusal", ErrorClass::ContentPolicy),
    ] {
        let (text, end) = answer(&provider(fault), &whole).await;
        assert_eq!((text.as_str(), end.map_err(|failure| failure.class)), ("", Err(class)), "{fault}");
    }
    let (events, end) = events(&provider(""), &whole).await;
    assert_eq!(end, Ok(FinishReason::Stop));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Delta(_))).count(), 1, "one piece");
}

#[tokio::test]
async fn one_malformed_piece_is_left_out_and_said() {
    let (events, end) = events(&provider("malformed(1)"), &request("Hello")).await;
    assert_eq!(end, Ok(FinishReason::Stop));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Skipped { .. })).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stall_lasts_until_the_caller_gives_up() {
    for (fault, pieces) in [("stall", 0), ("stall_after(3)", 3)] {
        let provider = provider(fault);
        let mut stream = provider.send(&provider.prepare(&request("Hello")).unwrap(), None).await.unwrap();
        let mut delivered = 0;
        let waited = tokio::time::timeout(Duration::from_hours(1), async {
            while let Some(event) = stream.next().await {
                delivered += usize::from(matches!(event, Ok(Event::Delta(_))));
            }
        });
        assert!(waited.await.is_err(), "{fault} never ends by itself");
        assert_eq!(delivered, pieces, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn pace_sets_the_pauses() {
    async fn time(pace: f64, faults: &str) -> Duration {
        let faults = FaultSchedule::parse(faults).unwrap();
        let provider = Simulated::new(SimulatedSettings { pace, faults, ..SimulatedSettings::default() });
        let began = Instant::now();
        let (_, end) = answer(&provider, &request("Hello")).await;
        assert_eq!(end, Ok(FinishReason::Stop));
        began.elapsed()
    }
    assert_eq!(time(0.0, "").await, Duration::ZERO);
    assert_eq!(time(f64::NAN, "").await, Duration::ZERO);
    let full = time(1.0, "").await;
    assert!((Duration::from_millis(300)..Duration::from_secs(3)).contains(&full), "{full:?}");
    assert_eq!(time(99.0, "").await, full, "beyond 1 counts as 1");
    assert!(time(0.0, "slow(100)").await > Duration::from_secs(1), "slow is slow at any pace");
}

#[tokio::test]
async fn models_are_known_by_their_names() {
    let found = provider("").models(None).await.unwrap();
    assert_eq!(found.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["simulated-small", "simulated-large"]);
    assert!(provider("").test(None).await.ok());
    let (small, _) = answer(&provider(""), &request("Tell me about trains")).await;
    let (large, _) =
        answer(&provider(""), &ModelRequest { model: "simulated-large".into(), ..request("Tell me about trains") })
            .await;
    assert!(large.len() > small.len(), "a large model says more");
    let (_, end) = answer(&provider(""), &ModelRequest { model: "gpt-9".into(), ..request("Hello") }).await;
    let failure = end.unwrap_err();
    assert_eq!((failure.class, failure.status), (ErrorClass::Client, Some(404)));
    assert!(failure.message.contains("simulated-small"), "it says what there is: {}", failure.message);
}

fn with_tools(tool_choice: Option<ToolChoice>) -> ModelRequest {
    let tool = |name: &str, field: &str| Tool {
        name: name.into(),
        description: None,
        parameters: json!({"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}),
        strict: false,
    };
    ModelRequest {
        tools: vec![tool("weather", "city"), tool("clock", "zone")],
        tool_choice,
        ..request("How warm is it?")
    }
}

/// The name of the tool that is asked for, and the field of its arguments.
async fn asked_for(request: &ModelRequest) -> Option<(String, String)> {
    let (events, end) = events(&provider("ok"), request).await;
    let mut calls = crate::ToolCallPiece::default();
    for event in &events {
        if let Event::ToolCall(piece) = event {
            calls.name = calls.name.or(piece.name.clone());
            calls.arguments.push_str(&piece.arguments);
        }
    }
    let asks = calls.name.is_some();
    assert_eq!(end.unwrap(), if asks { FinishReason::ToolCalls } else { FinishReason::Stop });
    assert_eq!(asks, !events.iter().any(|event| matches!(event, Event::Delta(_))), "text or a tool, not both");
    let arguments: Value = serde_json::from_str(&calls.arguments).unwrap_or_default();
    let field = arguments.as_object().and_then(|fields| fields.keys().next().cloned()).unwrap_or_default();
    calls.name.map(|name| (name, field))
}

#[tokio::test(start_paused = true)]
async fn tools_are_asked_for_with_arguments_that_follow_their_schema() {
    let found = |name: &str, field: &str| Some((name.to_owned(), field.to_owned()));
    for (choice, expected) in [
        (None, found("weather", "city")),
        (Some(ToolChoice::Auto), found("weather", "city")),
        (Some(ToolChoice::Required), found("weather", "city")),
        (Some(ToolChoice::Tool("clock".into())), found("clock", "zone")),
        (Some(ToolChoice::None), None),
    ] {
        for stream in [true, false] {
            let request = ModelRequest { stream, ..with_tools(choice.clone()) };
            assert_eq!(asked_for(&request).await, expected, "{choice:?}, streamed {stream}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_tool_said_is_answered_in_words() {
    let mut request = with_tools(None);
    let call = ToolCall { id: "call_1".into(), name: "weather".into(), arguments: "{}".into(), signature: None };
    let result =
        Block::ToolResult { id: "call_1".into(), name: Some("weather".into()), content: "21".into(), is_error: false };
    request.messages.extend([
        Message { role: MessageRole::Assistant, content: Content::Blocks(vec![Block::ToolCall(call)]) },
        Message { role: MessageRole::Tool, content: Content::Blocks(vec![result]) },
    ]);
    assert_eq!(asked_for(&request).await, None);
}
