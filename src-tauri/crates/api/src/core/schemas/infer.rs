//! A schema from examples and from snippets of code.

use serde_json::Value;
use signalbox_output::{
    Snippet, SnippetError, from_pydantic, from_typescript, infer, parse_json,
    repair::{Repair, Source},
    snippet::{SnippetLoss, SnippetLossKind},
};

use crate::{
    ApiError, Code, ParseOptions,
    types::{AnswerRepair, SchemaFrom, SchemaInfer, SchemaInferred, SnippetNote},
};

/// The longest examples that a schema is made from, in bytes.
const LONGEST_EXAMPLES: usize = 4 << 20;
/// The longest snippet, in bytes.
const LONGEST_SNIPPET: usize = 256 << 10;

pub(super) fn inferred(request: &SchemaInfer) -> Result<SchemaInferred, ApiError> {
    let text = request.text.as_str();
    let longest = if request.from == SchemaFrom::Example { LONGEST_EXAMPLES } else { LONGEST_SNIPPET };
    if text.len() > longest {
        let message = format!("the text has {} KiB, and at most {} are read", text.len() >> 10, longest >> 10);
        return Err(ApiError::new(Code::Invalid, message).with_hint("Paste a part of it"));
    }
    match request.from {
        SchemaFrom::Example => of_examples(text),
        SchemaFrom::Typescript => of_snippet(from_typescript(text)),
        SchemaFrom::Pydantic => of_snippet(from_pydantic(text)),
    }
}

fn of_examples(text: &str) -> Result<SchemaInferred, ApiError> {
    let (examples, repairs) = examples(text)?;
    let schema = pretty(&infer::from_examples(&examples));
    let examples = u32::try_from(examples.len()).unwrap_or(u32::MAX);
    Ok(SchemaInferred { schema, examples, losses: Vec::new(), repairs })
}

/// The values of a text: valid ones after each other, else what an answer of a model would be read as.
fn examples(text: &str) -> Result<(Vec<Value>, Vec<AnswerRepair>), ApiError> {
    let valid: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    if let Some(values) = valid.ok().filter(|values| !values.is_empty()) {
        return Ok((values, Vec::new()));
    }
    let parsed = parse_json(text, &ParseOptions::default()).map_err(|error| {
        ApiError::new(Code::Invalid, error.to_string().replacen("the answer", "the example", 1))
            .with_hint("Paste one JSON value, or several after each other")
    })?;
    let repairs = parsed.repairs.iter().map(Repair::told).collect();
    let values = match (parsed.source, parsed.value) {
        (Source::Lines, Value::Array(values)) => values,
        (_, value) => vec![value],
    };
    Ok((values, repairs))
}

fn of_snippet(read: Result<Snippet, SnippetError>) -> Result<SchemaInferred, ApiError> {
    let Snippet { schema, losses } = read.map_err(|error| ApiError::new(Code::Invalid, error.to_string()))?;
    let losses = losses.into_iter().map(|SnippetLoss { line, text, what }| {
        let note = match what {
            SnippetLossKind::UnknownType => "isn’t a type that is known here: anything is allowed",
            SnippetLossKind::LeftOut => "left out",
        };
        SnippetNote { line: u32::try_from(line).unwrap_or(u32::MAX), text, note: note.to_owned() }
    });
    Ok(SchemaInferred { schema: pretty(&schema), examples: 0, losses: losses.collect(), repairs: Vec::new() })
}

fn pretty(schema: &Value) -> String {
    format!("{schema:#}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(from: SchemaFrom, text: &str) -> (Value, SchemaInferred) {
        let made = inferred(&SchemaInfer { from, text: text.to_owned() }).unwrap();
        (serde_json::from_str(&made.schema).unwrap(), made)
    }

    #[test]
    fn several_examples_say_what_may_be_absent() {
        let (schema, made) = check(SchemaFrom::Example, "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2}\n");
        assert_eq!((schema["required"].clone(), made.examples), (json!(["a"]), 2));
    }

    #[test]
    fn an_example_that_is_no_json_is_mended_and_says_so() {
        let (schema, made) = check(SchemaFrom::Example, "Sure:\n```json\n{'a': 1,}\n```");
        assert_eq!(schema["properties"]["a"], json!({"type": "integer"}));
        assert!(made.repairs.iter().any(|repair| repair.what == "found"), "{:?}", made.repairs);
    }

    #[test]
    fn what_a_snippet_says_and_a_schema_cannot_is_told_with_its_line() {
        let (schema, made) = check(SchemaFrom::Typescript, "interface A {\n  a: string;\n  b: Strange;\n}");
        assert_eq!(schema["properties"]["a"], json!({"type": "string"}));
        assert_eq!(made.losses.iter().map(|loss| loss.line).collect::<Vec<_>>(), [3]);
        let (schema, _) = check(SchemaFrom::Pydantic, "class A(BaseModel):\n    a: int\n");
        assert_eq!(schema["properties"]["a"], json!({"type": "integer"}));
    }

    #[test]
    fn a_text_without_anything_to_read_is_refused() {
        for (from, text) in [
            (SchemaFrom::Example, "no value here"),
            (SchemaFrom::Example, ""),
            (SchemaFrom::Typescript, "let x = 1"),
            (SchemaFrom::Pydantic, ""),
        ] {
            let refused = inferred(&SchemaInfer { from, text: text.to_owned() }).unwrap_err();
            assert_eq!(refused.code, Code::Invalid, "{text:?}");
        }
    }
}
