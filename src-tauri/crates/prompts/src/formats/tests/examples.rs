//! What becomes of files as people write them, with every loss.

use std::fmt::Write;

use super::*;
use crate::includes::{IncludeProblem, Included, Includes, Pin, Scope};
use crate::registry::Selector;

/// An import as a person would describe it.
fn told(imported: &[Imported]) -> String {
    let mut text = String::new();
    for one in imported {
        writeln!(text, "=== {} from {} ({})", one.name, one.file, one.format).unwrap();
        writeln!(text, "{}", one.source.to_text()).unwrap();
        for set in &one.values {
            writeln!(text, "values {:?}: {}", set.name, serde_json::Value::Object(set.values.clone())).unwrap();
        }
        if !one.labels.is_empty() {
            writeln!(text, "labels: {}", one.labels.join(", ")).unwrap();
        }
        text.extend(one.message.iter().map(|message| format!("message: {message}\n")));
        text.push_str(&losses(&one.losses));
    }
    text
}

fn losses(losses: &[Loss]) -> String {
    let line = |loss: &Loss| {
        let at = loss.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{at}: {}: {} ({}); {}\n", loss.file, loss.kind.as_str(), loss.what, loss.part, loss.advice)
    };
    losses.iter().map(line).collect()
}

/// A folder of other files.
fn near<'f>(files: &'f [(&'f str, &'f str)]) -> impl Fn(&str) -> Result<String, FormatError> + 'f {
    |path| {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| FormatError::Missing { path: path.to_owned() })
    }
}

const PROMPTFOO: &str = r#"# A comparison
description: Answers to customers
prompts:
  - file://prompts/chat.json
  - id: short
    label: Short
    raw: |
      {% if tone === "kind" %}Be kind.{% else if tone %}Be {{ tone }}.{% endif %}
      user:
      {{ question | dump }} {{ env.REGION }}
    config:
      temperature: 0.2
      frequency_penalty: 1
  - file://generate.js
  - file://../secret.txt
providers:
  - id: openai:gpt-5-mini
    config:
      max_tokens: 400
      temperature: 7
  - anthropic:messages:claude-sonnet-4-5
defaultTest:
  assert:
    - type: is-json
tests:
  - description: a late parcel
    vars:
      question: Where is {{ it }}?
      tone: [kind, brief]
    assert:
      - type: contains
        value: parcel
  - vars: file://vars.yaml
  - vars:
      question: file://question.txt
outputPath: out.json
"#;

#[test]
fn a_promptfoo_configuration() {
    let files = [
        (
            "prompts/chat.json",
            r#"[{"role": "system", "content": "Be {{ tone }}."}, {"role": "user", "content": "{{ question }}", "name": "Ada"}]"#,
        ),
        ("question.txt", "From a file?"),
    ];
    let imported = import_text(Format::Promptfoo, "evals/promptfooconfig.yaml", PROMPTFOO, &near(&files)).unwrap();
    insta::assert_snapshot!(told(&imported));
}

const DOTPROMPT: &str = r#"# Copyright
---
model: googleai/gemini-2.5-flash
description: Greets a guest
config:
  temperature: 0.5
  topK: 20
input:
  schema:
    guest-name: string, who comes
    style?: string
    vip?: boolean
    orders?(array):
      id: string
  default:
    style: kind
output:
  format: json
  schema:
    greeting: string
    mood?(enum, how it feels): [HAPPY, CALM]
tools: [look_up]
myext.color: red
---
{{role "system"}}
You greet guests {{style}}ly{{#if vip}}, and this one is a VIP: {{vip}}{{else}} and briefly{{/if}}.
{{> rules house="the hotel"}}
{{#each orders}}
- {{@index}}: {{id}} for {{../guest-name}}{{#unless @last}},{{/unless}}
{{else}}
No orders.
{{/each}}
{{history}}
{{role "user"}}
I am {{guest-name}} { {% {{media url=photo}}
system:
{{json orders indent=2}} {{shout style}}
"#;

#[test]
fn a_dotprompt_file() {
    let files = [(
        "_rules.prompt",
        "{{!-- who may change this --}}\nThe rules of {{house}}{{#with owner}} by {{name}}{{/with}}.",
    )];
    let imported = import_text(Format::Dotprompt, "greetings/guest.formal.prompt", DOTPROMPT, &near(&files)).unwrap();
    insta::assert_snapshot!(told(&imported));
}

const LANGFUSE: &str = r#"[
  {"name": "movies/critic", "version": 2, "type": "chat", "labels": ["latest", "staging"], "tags": ["movies"], "commitMessage": "Shorter",
   "prompt": [{"role": "system", "content": "As a {{ criticLevel }} critic: {{ not a name }}"}, {"type": "placeholder", "name": "history"}, {"role": "user", "content": "{{movie-title}} @@@langfusePrompt:name=x@@@"}],
   "config": {"model": "gpt-4o", "temperature": 0.5, "languages": ["en"], "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object", "properties": {"stars": {"type": "integer"}}}}},
              "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}]}},
  {"name": "movies/critic", "version": 1, "type": "text", "labels": ["production"], "prompt": "Do you like {{movie}}? {% raw %}", "config": {}}
]"#;

#[test]
fn prompts_of_langfuse() {
    assert_eq!(detect("export.json", LANGFUSE), Some(Format::Langfuse));
    insta::assert_snapshot!(told(&import_text(Format::Langfuse, "export.json", LANGFUSE, &alone).unwrap()));
}

const GITHUB: &str = r#"name: Text Summarizer
description: Summarizes input text concisely
model: openai/gpt-4o-mini
modelParameters:
  temperature: 0.5
  presencePenalty: 1
messages:
  - role: system
    content: You are a text summarizer.
  - role: user
    content: |
      Summarize, beginning with "Summary -":
      <text>
      {{input}}
      </text>
testData:
  - input: |
      The quick brown fox.
    expected: Summary - A fox.
evaluators:
  - name: Output should start with 'Summary -'
    string:
      startsWith: 'Summary -'
responseFormat: json_schema
jsonSchema: |-
  {"name": "summary", "strict": true, "schema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}
"#;

#[test]
fn a_prompt_of_github() {
    insta::assert_snapshot!(told(&import_text(Format::Github, "summarize.prompt.yml", GITHUB, &alone).unwrap()));
}

const EVALS: &str = r#"{"input": [{"role": "system", "content": "Answer in {one} word. {{x}}"}, {"role": "user", "content": "Capital of France?"}], "ideal": "Paris"}
{"input": [{"role": "system", "content": "Answer in {one} word. {{x}}"}, {"role": "user", "content": "Capital of {{ Norway }}?"}], "ideal": ["Oslo"], "id": 7}

{"input": "Alone", "ideal": "x"}
"#;

#[test]
fn samples_of_evals() {
    assert_eq!(detect("data", EVALS), Some(Format::Evals));
    insta::assert_snapshot!(told(&import_text(Format::Evals, "capitals.jsonl", EVALS, &alone).unwrap()));
}

const PROMPTY: &str = "---\nname: old\nmodel:\n  id: gpt-4\n  connection: ${file:connection.json}\n  options:\n    topK: 3\ninputs:\n- name: items\n  kind: array\n- name: photo\n  kind: image\n\
    template:\n  format:\n    kind: mustache\nextra: ${env:REGION:north}\n---\nsystem:\nList:\n{{#items}}\n- {{.}}\n{{/items}}\n{{^items}}Nothing{{/items}}\n\nuser:\n{{#more}}Tell {{more.what}}{{/more}} {%\n";

#[test]
fn a_prompty_file_for_mustache() {
    let files = [("connection.json", r#"{"kind": "key", "apiKey": "${env:KEY}"}"#)];
    insta::assert_snapshot!(told(&import_text(Format::Prompty, "old.prompty", PROMPTY, &near(&files)).unwrap()));
}

#[test]
fn a_native_file_stays_as_it_is() {
    let text = "---\n# A note\nmodel: gpt-5-mini\n---\nuser:\nHi {{ name }}\n";
    let imported = import_text(Format::Prompty, "support/reply.prompty", text, &alone).unwrap();
    assert_eq!(imported[0].source.to_text(), text);
    assert_eq!(imported[0].name.as_str(), "support/reply");
    assert_eq!(imported[0].losses, []);
}

const NATIVE: &str = "---\ndescription: Answers\nmodel:\n  id: gpt-5-mini\n  options:\n    temperature: 0.5\n    seed: 7\n    stopSequences: [END]\ninputs:\n- name: name\n  kind: string\n  default: Ada\n  description: who asks\n\
    - name: orders\n  kind: array\n- name: vip\n  kind: boolean\n- name: spare\noutputs:\n- name: text\n  kind: string\n  required: true\ntools:\n- name: look_up\n  kind: function\n  strict: true\n  parameters:\n  - name: id\n    kind: string\n  bindings:\n    id:\n      input: name\n- name: web\n  kind: mcp\n\
    ---\nsystem:\nBe kind to {{ name }}.{# a note #}\n\nuser[name=\"Ada\"]:\n{% for order in orders %}\n- {{ order.id }}{% if not loop.last %},{% endif %}\n{% else %}\nNothing.\n{% endfor %}\n{{ vip }} { {{ \"{{\" }}\n";

#[test]
fn one_prompt_for_every_tool() {
    let values =
        serde_json::json!({ "name": "Maya {{ x }}", "orders": [{ "id": "H-1" }, { "id": "H-2" }], "vip": true });
    let prompt = Exporting {
        name: PromptName::new("support/reply").unwrap(),
        source: Source::parse(NATIVE).unwrap(),
        values: vec![SavedValues { name: "late parcel".to_owned(), values: values.as_object().unwrap().clone() }],
        labels: vec!["production".to_owned()],
        message: "Kinder".to_owned(),
    };
    let mut text = String::new();
    for format in Format::ALL {
        let exported = export(format, std::slice::from_ref(&prompt)).unwrap();
        writeln!(text, "##### {format}").unwrap();
        for file in &exported.files {
            writeln!(text, "=== {}\n{}", file.path, file.text).unwrap();
        }
        text.push_str(&losses(&exported.losses));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_a_file_is_can_be_seen() {
    let cases = [
        ("a/b.prompty", "", Some(Format::Prompty)),
        ("a.PROMPT", "", Some(Format::Dotprompt)),
        ("a.prompt.yaml", "", Some(Format::Github)),
        ("promptfooconfig.yaml", "", Some(Format::Promptfoo)),
        ("promptfooconfig.small.yml", "", Some(Format::Promptfoo)),
        ("x.yaml", "prompts: [hi]\nproviders: [a]\n", Some(Format::Promptfoo)),
        ("x.yml", "model: a\nmessages:\n- role: user\n  content: hi\n", Some(Format::Github)),
        ("x.json", "{\"name\": \"a\", \"prompt\": \"hi {{b}}\", \"config\": {}}", Some(Format::Langfuse)),
        ("x.json", "{\"data\": [{\"type\": \"text\", \"prompt\": \"hi\"}]}", Some(Format::Langfuse)),
        ("x", "---\nmodel: a\n---\n{{role \"user\"}}hi\n", Some(Format::Dotprompt)),
        ("x", "---\nmodel: a\n---\nuser:\nhi\n", Some(Format::Prompty)),
        ("x.jsonl", "", Some(Format::Evals)),
        ("package.json", "{\"name\": \"a\", \"version\": \"1\"}", None),
        ("docker-compose.yml", "services: {}\n", None),
        ("chat.json", "[{\"role\": \"user\", \"content\": \"x\"}]", None),
        ("x.txt", "hello", None),
    ];
    for (file, text, format) in cases {
        assert_eq!(detect(file, text), format, "{file}");
    }
}

#[test]
fn what_cannot_be_read_says_where_and_what_to_do() {
    let cases = [
        (Format::Promptfoo, "prompts: [\n"),
        (Format::Promptfoo, "tests: []\n"),
        (Format::Promptfoo, "prompts: [file://a.py]\n"),
        (Format::Github, "model: a\n"),
        (Format::Github, "- a\n"),
        (Format::Langfuse, "{\"name\": 1,\n  x}"),
        (Format::Langfuse, "{\"name\": \"a\"}"),
        (Format::Langfuse, "3"),
        (Format::Evals, ""),
        (Format::Evals, "{\"input\": \"a\"}\n{\"ideal\": 1}\n"),
        (Format::Evals, "{\"item\": {\"a\": 1}}\n"),
        (Format::Evals, "{\"input\": [{\"role\": \"king\", \"content\": \"x\"}]}\n"),
        (Format::Dotprompt, "---\na: [\n---\nx"),
        (Format::Dotprompt, "---\nmodel: a\n---\nx\n{{#if a}}\n"),
        (Format::Dotprompt, "{{#each a}}{{/if}}"),
        (Format::Dotprompt, "---\ninput:\n  schema: Foo\n---\nx"),
        (Format::Prompty, "---\nname: a\n"),
        (Format::Prompty, "---\nmodel: {options: {temperature: hot}}\n---\nx"),
        (Format::Prompty, "---\ntools: ${file:../tools.json}\n---\nx"),
        (Format::Prompty, "---\ntools: ${file:tools.json}\n---\nx"),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(format, text)| {
            let error = import_text(*format, "file", text, &alone).map(|_| ()).unwrap_err().to_string();
            assert!(!error.ends_with('.'), "{error}");
            format!("{format} {text:?}: {error}")
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn r1_a_key_in_a_file_of_another_tool_is_not_copied() {
    let config = "prompts: [Hi]\nproviders:\n- id: openai:gpt-5-mini\n  config:\n    apiKey: sk-canary\n    headers: { Authorization: Bearer sk-canary }\n    api_key: sk-canary\n";
    let imported = import_text(Format::Promptfoo, "promptfooconfig.yaml", config, &alone).unwrap();
    assert!(!told(&imported).contains("sk-canary"));
    assert_eq!(imported[0].losses.len(), 3, "{:?}", imported[0].losses);
}

#[test]
fn templates_that_are_put_into_each_other_end() {
    let files = [("_a.prompt", "{{> a}}{{> a}}{{> a}}{{> a}}x")];
    let imported = import_text(Format::Dotprompt, "x.prompt", "{{> a}}\n", &near(&files)).unwrap();
    assert!(imported[0].losses.iter().any(|loss| loss.what.contains("puts itself in")), "{:?}", imported[0].losses);
}

#[test]
fn a_prompt_that_needs_another_one_says_so() {
    let prompt = Exporting {
        name: PromptName::new("a").unwrap(),
        source: Source::new("", "user:\nHi\n{% include \"b\" %}\n"),
        values: Vec::new(),
        labels: Vec::new(),
        message: String::new(),
    };
    for format in Format::ALL {
        let exported = export(format, std::slice::from_ref(&prompt)).unwrap();
        assert!(exported.files.is_empty() || exported.losses.iter().any(|loss| loss.part == "body"), "{format}");
    }
}

/// A folder with one prompt.
struct One(Source);

impl Includes for One {
    fn resolve(&self, name: &PromptName, _: &Selector) -> Result<Included, IncludeProblem> {
        Ok(Included { name: name.clone(), version: 3, hash: self.0.content_hash(), source: self.0.clone() })
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        self.resolve(pin.prompt.name(), pin.prompt.selector())
    }
}

#[test]
fn the_text_of_an_include_is_put_in_where_a_format_knows_none() {
    let tone = One(Source::new("inputs:\n- name: mood\n  kind: string\n  default: kind\n", "Be {{ mood }}.\n"));
    let prompt = Exporting {
        name: PromptName::new("a").unwrap(),
        source: Source::new("name: a\n", "system:\n{% include \"tone@production\" %}\nuser:\nHi\n"),
        values: Vec::new(),
        labels: Vec::new(),
        message: String::new(),
    };
    let mut text = String::new();
    for format in Format::ALL {
        let exported = export_in(format, std::slice::from_ref(&prompt), &Scope::now(&tone)).unwrap();
        writeln!(text, "##### {format}").unwrap();
        for file in &exported.files {
            assert_eq!(file.text.contains("include"), format == Format::Prompty, "{format}: {}", file.text);
            writeln!(text, "=== {}\n{}", file.path, file.text).unwrap();
        }
        assert_eq!(exported.files.len(), 1, "{format}");
        text.push_str(&losses(&exported.losses));
    }
    insta::assert_snapshot!(text);

    // A name that it sets would be set in the whole text.
    let sets = One(Source::new("", "{% set mood = 'kind' %}Be {{ mood }}."));
    let exported = export_in(Format::Github, std::slice::from_ref(&prompt), &Scope::now(&sets)).unwrap();
    assert!(exported.files.is_empty());
    assert_eq!(exported.losses.len(), 1, "{:?}", exported.losses);
    let loss = &exported.losses[0];
    assert!(loss.kind == LossKind::Refused && loss.line == Some(5), "{loss:?}");
    assert!(loss.what.contains("tone sets mood"), "{loss:?}");
}

#[test]
fn examples_are_carried_or_the_prompt_is_refused() {
    let text = "---\nname: a\nexamples:\n- user: Hello\n  assistant: Hi\n---\nuser:\nGood day\n";
    let prompt = Exporting {
        name: PromptName::new("a").unwrap(),
        source: Source::parse(text).unwrap(),
        values: Vec::new(),
        labels: Vec::new(),
        message: String::new(),
    };
    for format in Format::ALL {
        let exported = export(format, std::slice::from_ref(&prompt)).unwrap();
        let refused = exported.losses.iter().any(|loss| loss.kind == LossKind::Refused && loss.part == "examples");
        match exported.files.as_slice() {
            [file] => assert!(!refused && file.text.contains("Hello"), "{format}: {}", file.text),
            _ => assert!(refused, "{format}: {:?}", exported.losses),
        }
    }
}
