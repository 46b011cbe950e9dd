//! From the bytes that providers send to exact money: recorded shapes in which others have miscounted.

use signalbox_domain::{Money, Price, PriceStep, ProviderKind, Rates, Settlement, SettlementKind};
use signalbox_workspace::config::OpenAiApi;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::harness::House;

/// What a token costs, in nano-dollars, each kind another price.
const INPUT: i64 = 1_000;
const CACHED: i64 = 100;
const WRITTEN: i64 = 1_250;
const WRITTEN_1H: i64 = 2_000;
const OUTPUT: i64 = 4_000;
const REASONING: i64 = 6_000;
/// The input above which everything costs twice as much.
const STEP: u64 = 200_000;

fn price() -> Price {
    let rates = |times: i64| {
        let of = |nanos: i64| Money::from_nanos(nanos * 1_000_000 * times);
        Rates {
            input: of(INPUT),
            cached_input: of(CACHED),
            cache_write: of(WRITTEN),
            cache_write_1h: of(WRITTEN_1H),
            output: of(OUTPUT),
            reasoning: of(REASONING),
        }
    };
    Price::stepped(rates(1), &[PriceStep { above: STEP, rates: rates(2) }]).unwrap()
}

/// The protocol in which a payload is said.
#[derive(Debug, Clone, Copy)]
enum Says {
    Chat,
    Responses,
    Messages,
    Gemini,
}

/// A server that answers the first request with these bytes as a stream of events, then closes the connection.
async fn canned(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 64 * 1024];
        let mut length = 0;
        loop {
            let text = String::from_utf8_lossy(&request[..length]).to_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && let Some(said) = head.lines().find_map(|line| line.strip_prefix("content-length:"))
                && body.len() >= said.trim().parse::<usize>().unwrap()
            {
                break;
            }
            length += socket.read(&mut request[length..]).await.unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    });
    format!("http://{address}")
}

/// Asks a provider that says these bytes, and compares what is settled.
async fn check(what: &str, says: Says, body: &str, nanos: i64, kind: SettlementKind) {
    let origin = canned(body.to_owned()).await;
    let house = House::new(&["ok"], |config| {
        config.models[0].price = Some(price());
        let provider = &mut config.providers[0];
        (provider.faults, provider.pace_ms) = (None, None);
        (provider.kind, provider.api, provider.base_url) = match says {
            Says::Chat => (ProviderKind::OpenAiCompatible, OpenAiApi::Chat, Some(format!("{origin}/v1"))),
            Says::Responses => (ProviderKind::OpenAiCompatible, OpenAiApi::Responses, Some(format!("{origin}/v1"))),
            Says::Messages => (ProviderKind::Anthropic, OpenAiApi::Chat, Some(origin)),
            Says::Gemini => (ProviderKind::Gemini, OpenAiApi::Chat, Some(origin)),
        };
    });
    let seen = house.ask("What does it cost?").await;
    let Settlement { amount, kind: found, doubtful, over: _ } = seen.call.settlement.unwrap();
    let expected = (Money::from_nanos(nanos), kind);
    assert_eq!((amount, found), expected, "{what}: {:#?} {:#?}", seen.call.usage, seen.call.failure);
    let heard = kind == SettlementKind::Exact;
    assert!(!heard || doubtful == Money::ZERO, "{what}: what was counted to its end is in no doubt");
    assert_eq!(house.money().await, (Money::ZERO, amount + doubtful), "{what}: held, settled");
}

/// A stream of chat completions that says `Yes` and then this usage, with `choices` beside it.
fn chat(choices: &str, usage: &str) -> String {
    let chunk = |rest: &str| {
        format!("data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",{rest}}}\n\n")
    };
    let said = chunk(r#""choices":[{"index":0,"delta":{"role":"assistant","content":"Yes"},"finish_reason":null}]"#);
    let stop = chunk(r#""choices":[{"index":0,"delta":{},"finish_reason":"stop"}]"#);
    let counted = chunk(&format!("\"choices\":{choices},\"usage\":{usage}"));
    format!("{said}{stop}{counted}data: [DONE]\n\n")
}

const EXACT: SettlementKind = SettlementKind::Exact;

#[tokio::test]
async fn what_is_read_from_a_cache_and_written_to_it_has_its_own_price() {
    let usage = r#"{"prompt_tokens":1307,"completion_tokens":12,"total_tokens":1319,
        "prompt_tokens_details":{"cached_tokens":1000},"cache_read_input_tokens":1000,"cache_creation_input_tokens":300}"#
        .replace('\n', "");
    let expected = 7 * INPUT + 1_000 * CACHED + 300 * WRITTEN + 12 * OUTPUT;
    check("read and written, within the input", Says::Chat, &chat("[]", &usage), expected, EXACT).await;
    let beside = r#"{"prompt_tokens":7,"completion_tokens":12,"total_tokens":1319,"cache_read_input_tokens":1000,"cache_creation_input_tokens":300}"#;
    check("read and written, beside the input", Says::Chat, &chat("[]", beside), expected, EXACT).await;
}

#[tokio::test]
async fn an_hour_in_the_cache_is_charged_once_and_at_its_own_price() {
    let hour = r#"{"prompt_tokens":50,"completion_tokens":5,"total_tokens":55,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":30}}"#;
    let expected = 20 * INPUT + 30 * WRITTEN_1H + 5 * OUTPUT;
    check("an hour, as OpenAI says it", Says::Chat, &chat("[]", hour), expected, EXACT).await;
    let both = include_str!("../../../providers/tests/fixtures/anthropic_cached.sse");
    let expected = 7 * INPUT + 1_000 * CACHED + 100 * WRITTEN + 200 * WRITTEN_1H + 12 * OUTPUT;
    check("both lives, as Anthropic says it", Says::Messages, both, expected, EXACT).await;
}

#[tokio::test]
async fn reasoning_is_charged_once_wherever_it_is_counted() {
    let within = r#"{"prompt_tokens":32,"completion_tokens":103,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}"#;
    let beside = r#"{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}"#;
    let expected = 32 * INPUT + 9 * OUTPUT + 94 * REASONING;
    check("within the output", Says::Chat, &chat("[]", within), expected, EXACT).await;
    check("beside the output", Says::Chat, &chat("[]", beside), expected, EXACT).await;
    let responses = include_str!("../../../providers/tests/fixtures/openai_responses_text.sse");
    let expected = 11 * INPUT + 64 * CACHED + 8 * OUTPUT + 32 * REASONING;
    check("in Responses", Says::Responses, responses, expected, EXACT).await;
}

#[tokio::test]
async fn thoughts_and_cached_content_of_gemini_are_charged_as_it_counts_them() {
    let said = r#"data: {"candidates":[{"content":{"parts":[{"text":"Yes"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":3,"thoughtsTokenCount":40,"totalTokenCount":143},"modelVersion":"gemini-2.5-pro"}"#;
    let expected = 40 * INPUT + 60 * CACHED + 3 * OUTPUT + 40 * REASONING;
    check("Gemini", Says::Gemini, &format!("{said}\n\n"), expected, EXACT).await;
}

#[tokio::test]
async fn an_input_above_a_step_costs_its_rates_for_all_of_it() {
    let of = |input: u64, cached: u64| {
        format!(
            "{{\"prompt_tokens\":{input},\"completion_tokens\":10,\"total_tokens\":{},\"prompt_tokens_details\":{{\"cached_tokens\":{cached}}}}}",
            input + 10
        )
    };
    let below = 50_000 * INPUT + 150_000 * CACHED + 10 * OUTPUT;
    check("at the step", Says::Chat, &chat("[]", &of(STEP, 150_000)), below, EXACT).await;
    let above = 2 * (50_001 * INPUT + 150_000 * CACHED + 10 * OUTPUT);
    check("above it, cached input included", Says::Chat, &chat("[]", &of(STEP + 1, 150_000)), above, EXACT).await;
}

#[tokio::test]
async fn a_last_chunk_with_choices_counts_like_one_without() {
    let usage = r#"{"prompt_tokens":20,"completion_tokens":6,"total_tokens":26}"#;
    let expected = 20 * INPUT + 6 * OUTPUT;
    for choices in [
        "[]",
        r#"[{"index":0,"delta":{},"finish_reason":null}]"#,
        r#"[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]"#,
    ] {
        check(choices, Says::Chat, &chat(choices, usage), expected, EXACT).await;
    }
    // Some count in every chunk; the last count is the sum.
    let counted = |usage: &str, rest: &str| format!("data: {{\"choices\":[{rest}],\"usage\":{usage}}}\n\n");
    let stream = [
        counted(r#"{"prompt_tokens":20,"completion_tokens":1}"#, r#"{"index":0,"delta":{"content":"Yes"}}"#),
        counted(usage, r#"{"index":0,"delta":{},"finish_reason":"stop"}"#),
    ];
    check("in every chunk", Says::Chat, &stream.concat(), expected, EXACT).await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_charged_for_its_input_and_all_that_came() {
    let begun = r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":7,"cache_read_input_tokens":1000,"cache_creation_input_tokens":0,"output_tokens":1}}}"#;
    // Four characters to a token, where the tokenizer isn't known.
    let text = "word".repeat(100);
    let said = format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#);
    let body = format!("event: message_start\ndata: {begun}\n\nevent: content_block_delta\ndata: {said}\n\n");
    let expected = 7 * INPUT + 1_000 * CACHED + 100 * OUTPUT;
    check("broken off", Says::Messages, &body, expected, SettlementKind::LowerBound).await;
}
