//! A configuration of promptfoo: prompts with Nunjucks, providers, and tests whose values become saved test values.

mod tests_of;
mod write;

use std::path::Path;

use serde_json::{Map, Value};
use signalbox_domain::MessageRole;

use self::tests_of::tests;
pub(super) use self::write::export;
use super::{
    FormatError, Losses, body,
    carried::Carried,
    github::{content, other_fields, speaker},
    lines::Lines,
    nunjucks, openai,
    table::{Input, Made, stem},
};
use crate::{document::Step, yaml};

/// The most tests that become test values.
pub(super) const MOST_TESTS: usize = 1_000;

/// Files that hold a program and not a text.
const PROGRAMS: [&str; 7] = [".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".go"];

struct Reading<'r> {
    input: &'r Input<'r>,
    lines: Lines<'r>,
}

impl Reading<'_> {
    fn line(&self, steps: &[Step<'_>]) -> Option<u32> {
        self.lines.find(steps)
    }
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let config = yaml::read(input.text).map_err(|error| FormatError::yaml(&error))?;
    let reading = Reading { input, lines: Lines::of(input.text, 0) };
    let prompts: Vec<&Value> = match config.get("prompts") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one @ (Value::String(_) | Value::Object(_))) => vec![one],
        _ => {
            return Err(FormatError::Shape(
                "it has no prompts; write prompts: with a text or a file for each".to_owned(),
            ));
        }
    };
    let mut shared = Losses::of(input.file);
    let (sets, names) = tests(&config, &reading, &mut shared);
    let mut base = Carried { values: sets, ..Carried::default() };
    base.document.description = config.get("description").and_then(Value::as_str).map(str::to_owned);
    provider(&config, &reading, &mut base, &mut shared);
    for key in config.as_object().into_iter().flat_map(Map::keys) {
        if !matches!(
            key.as_str(),
            "prompts" | "providers" | "targets" | "tests" | "defaultTest" | "description" | "scenarios" | "$schema"
        ) {
            shared.left_out(
                key.as_str(),
                reading.line(&[Step::Key(key)]),
                format!("the key {key}"),
                "nothing reads it here",
            );
        }
    }
    if config.get("scenarios").is_some() {
        shared.left_out(
            "scenarios",
            reading.line(&[Step::Key("scenarios")]),
            "the scenarios",
            "write them as tests, or make them datasets",
        );
    }
    let many = prompts.len() > 1;
    let mut made = Vec::new();
    for (index, entry) in prompts.into_iter().enumerate() {
        let mut losses = Losses::of(input.file);
        let part = format!("prompts[{index}]");
        let line = reading.line(&[Step::Key("prompts"), Step::Item(index)]);
        // What is said of a prompt that isn't there goes with the file.
        let Some(text) = text_of(entry, input, &part, line, &mut shared) else { continue };
        let mut carried = base.clone();
        carried.name = match (text.name, many) {
            (Some(name), _) => name,
            (None, false) => stem(input.file),
            (None, true) => format!("{}-{}", stem(input.file), index + 1),
        };
        carried.document.name = text.label;
        if let Some(config) = text.config {
            openai::read(&config, &format!("{part}.config"), &mut carried.document, &mut losses);
        }
        let used = template(&text.template, &part, line, &mut carried, &mut losses);
        carried.declare(used.into_iter().chain(names.iter().cloned()));
        made.push(Made::of(carried, losses)?);
    }
    let Some(first) = made.first_mut() else {
        let said = shared.into_inner().pop().map(|loss| format!(": {}", loss.what)).unwrap_or_default();
        return Err(FormatError::Shape(format!("it holds no prompt that can be read{said}")));
    };
    first.losses = std::mem::take(&mut first.losses).after(&shared);
    Ok(made)
}

/// A prompt's text and what is said beside it.
struct Text {
    template: String,
    name: Option<String>,
    label: Option<String>,
    config: Option<Map<String, Value>>,
}

fn text_of(entry: &Value, input: &Input<'_>, part: &str, line: Option<u32>, losses: &mut Losses) -> Option<Text> {
    let field = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let named = field("raw").or_else(|| field("file"));
    let reference = named.or_else(|| entry.as_str().map(str::to_owned)).or_else(|| field("id"))?;
    let config = entry.get("config").and_then(Value::as_object).cloned();
    let (id, label) = (field("id").filter(|_| field("raw").is_some()), field("label"));
    let looks_like_file = !reference.contains(['\n', '{', ' '])
        && [".txt", ".md", ".json", ".yaml", ".yml", ".j2"].iter().any(|ending| reference.ends_with(ending));
    let path = reference.strip_prefix("file://").or_else(|| looks_like_file.then_some(reference.as_str()));
    let Some(path) = path else {
        return Some(Text { template: reference, name: id.or_else(|| label.clone()), label, config });
    };
    if PROGRAMS.iter().any(|ending| path.ends_with(ending) || path.contains(&format!("{ending}:")))
        || path.contains('*')
    {
        losses.left_out(
            part,
            line,
            format!("{path}, which makes prompts by a program or names several files"),
            "import the texts one by one",
        );
        return None;
    }
    match (input.near)(path) {
        Ok(text) => Some(Text {
            template: text.replace("\r\n", "\n"),
            name: id
                .or_else(|| label.clone())
                .or_else(|| Some(Path::new(path).with_extension("").to_string_lossy().into_owned())),
            label,
            config,
        }),
        Err(error) => {
            losses.left_out(part, line, error.to_string(), "put its text in place of the reference");
            None
        }
    }
}

/// Reads a prompt's text: a list of messages in JSON or YAML, or one message.
fn template(text: &str, part: &str, line: Option<u32>, carried: &mut Carried, losses: &mut Losses) -> Vec<String> {
    let trimmed = text.trim();
    let listed = if trimmed.starts_with('[') {
        serde_json::from_str::<Value>(trimmed).ok()
    } else if trimmed.starts_with("- role:") || trimmed.starts_with("- \"role\"") {
        yaml::read(trimmed).ok()
    } else {
        None
    };
    let messages = listed
        .as_ref()
        .and_then(Value::as_array)
        .filter(|list| list.iter().all(|message| message.get("role").is_some()));
    let (mut parts, mut names) = (Vec::new(), Vec::new());
    let mut add = |role: MessageRole, text: &str, part: &str, losses: &mut Losses| {
        let (jinja, used, notes) = nunjucks::to_jinja(text);
        losses.notes(part, text, line, notes);
        names.extend(used);
        parts.push((role, jinja));
    };
    match messages {
        Some(messages) => {
            for (index, message) in messages.iter().enumerate() {
                let part = format!("{part}[{index}]");
                let role = speaker(message, &part, line, losses);
                other_fields(message, &part, line, losses);
                let text = content(message, &part, losses);
                add(role, &text, &part, losses);
            }
        }
        None => add(MessageRole::User, trimmed, part, losses),
    }
    carried.body = body::join(parts.iter().map(|(role, text)| (*role, text.as_str())));
    names
}

/// The first provider's model and parameters.
fn provider(config: &Value, reading: &Reading<'_>, carried: &mut Carried, losses: &mut Losses) {
    let key = if config.get("targets").is_some() { "targets" } else { "providers" };
    let list: Vec<&Value> = match config.get(key) {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => return,
    };
    for (index, provider) in list.iter().enumerate() {
        let id = provider.as_str().or_else(|| provider.get("id").and_then(Value::as_str)).unwrap_or("without an id");
        let line = reading.line(&[Step::Key(key), Step::Item(index)]);
        if index > 0 {
            losses.left_out(
                format!("{key}[{index}]"),
                line,
                format!("the provider {id}"),
                "compare it with the first one in Compare",
            );
            continue;
        }
        let bare = id.strip_prefix("openai:").filter(|rest| !rest.contains(':'));
        carried.document.model = Some(bare.unwrap_or(id).to_owned());
        if let Some(config) = provider.get("config").and_then(Value::as_object) {
            openai::read(config, &format!("{key}[0].config"), &mut carried.document, losses);
        }
    }
}
