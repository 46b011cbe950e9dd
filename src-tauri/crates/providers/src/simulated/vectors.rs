//! Vectors that the simulated provider makes: each word points somewhere, and a text to where its words point together. So
//! texts with words in common have vectors that are alike.

use serde_json::{Value, json};
use signalbox_domain::ContentHash;

use super::{
    Fault, SimulatedSettings,
    dice::Dice,
    reply::{self, Reply},
};

/// How many numbers a vector has when nobody says.
const USUAL_LENGTH: usize = 64;
/// The most numbers that a vector may have.
const MOST: u64 = 4_096;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Reads a request for vectors in OpenAI's form, and answers it.
pub(crate) fn reply(body: &[u8], settings: &SimulatedSettings, fault: &Fault) -> Reply {
    if let Some(refused) = reply::outright(fault) {
        return refused;
    }
    match fault {
        Fault::StallAfter(_) => return Reply::Silence,
        Fault::Empty | Fault::Refusal => return Reply::Whole(r#"{"object":"list","data":[]}"#.into()),
        _ => {}
    }
    let wrong =
        || reply::refuse(400, "invalid_request_error", "The body must be a JSON object with a model and an input");
    let Some(value) = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object) else {
        return wrong();
    };
    let (Some(model), Some(inputs)) = (value.get("model").and_then(Value::as_str), inputs(&value)) else {
        return wrong();
    };
    if let Some(unknown) = reply::unknown(model) {
        return unknown;
    }
    let length = value.get("dimensions").and_then(Value::as_u64).filter(|length| (1..=MOST).contains(length));
    let length = length.map_or(USUAL_LENGTH, |length| usize::try_from(length).unwrap_or(USUAL_LENGTH));
    let as_text = value.get("encoding_format").and_then(Value::as_str) == Some("base64");
    let tokens: u64 = inputs.iter().map(|words| reply::tokens(&words.join(" "))).sum();
    let data: Vec<Value> = (0..)
        .zip(&inputs)
        .map(|(index, words): (u32, _)| {
            let vector = vector(words, length, settings.seed);
            let vector = if as_text { json!(base64(&vector)) } else { json!(vector) };
            json!({"object": "embedding", "index": index, "embedding": vector})
        })
        .collect();
    let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
    let mut answer = json!({"object": "list", "data": data, "model": model, "usage": usage}).to_string();
    if matches!(fault, Fault::CutAfter(_) | Fault::Malformed(_) | Fault::WrongJson) {
        answer.pop();
    }
    Reply::Whole(answer)
}

/// The words, or tokens, of each input.
fn inputs(value: &Value) -> Option<Vec<Vec<String>>> {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    match value.get("input")? {
        Value::String(text) => Some(vec![words(text)]),
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            Some(vec![items.iter().map(Value::to_string).collect()])
        }
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Some(words(text)),
                Value::Array(tokens) => Some(tokens.iter().map(Value::to_string).collect()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// A vector of length 1.
fn vector(words: &[String], length: usize, seed: u64) -> Vec<f32> {
    let mut sum = vec![0.0_f64; length];
    for word in words.iter().map(String::as_str).chain([""]) {
        let mut dice = Dice::new(&ContentHash::of(word.as_bytes()), seed);
        for place in &mut sum {
            *place += dice.fraction().mul_add(2.0, -1.0);
        }
    }
    let size = sum.iter().map(|place| place * place).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    sum.into_iter().map(|place| (place / size) as f32).collect()
}

/// The numbers as bytes, the lowest first, in base64.
fn base64(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, place| (bits << 8) | u32::from(three.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or(b'=');
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &Value) -> Value {
        let settings = SimulatedSettings::default();
        match reply(body.to_string().as_bytes(), &settings, &Fault::Ok) {
            Reply::Whole(text) => serde_json::from_str(&text).unwrap_or_default(),
            other => json!(format!("{other:?}")),
        }
    }

    fn numbers(answer: &Value, index: usize) -> Vec<f64> {
        let vector = answer["data"][index]["embedding"].as_array();
        vector.into_iter().flatten().filter_map(Value::as_f64).collect()
    }

    #[test]
    fn the_same_text_has_the_same_vector_and_like_texts_have_like_ones() {
        let texts = ["the train leaves at noon", "the train leaves at nine", "boxes of tea"];
        let asked = json!({"model": "simulated-small", "input": texts});
        let found = answer(&asked);
        assert_eq!(found, answer(&asked));
        let likeness = |one: usize, other: usize| -> f64 {
            numbers(&found, one).iter().zip(numbers(&found, other)).map(|(a, b)| a * b).sum()
        };
        assert!((likeness(0, 0) - 1.0).abs() < 1e-5, "its length is 1");
        assert!(likeness(0, 1) > likeness(0, 2), "{} {}", likeness(0, 1), likeness(0, 2));
        assert_eq!(found["usage"]["prompt_tokens"], 6 + 6 + 3);
    }

    #[test]
    fn a_vector_comes_in_the_length_and_the_form_that_is_asked_for() {
        let asked = json!({"model": "simulated-small", "input": [[1, 2, 3]], "dimensions": 5});
        assert_eq!(numbers(&answer(&asked), 0).len(), 5);
        assert_eq!(base64(&[1.0, -2.5]), "AACAPwAAIMA=");
        let mut coded = asked.clone();
        coded["encoding_format"] = json!("base64");
        assert_eq!(answer(&coded)["data"][0]["embedding"].as_str().map(str::len), Some(28));
        for wrong in [json!({"model": "simulated-small"}), json!({"model": "gpt", "input": "x"}), json!([])] {
            assert!(answer(&wrong).as_str().is_some_and(|reply| reply.starts_with("Refused")), "{wrong}");
        }
    }
}
