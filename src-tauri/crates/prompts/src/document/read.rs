//! From YAML to a document, with everything that is to be said about it.

use serde_json::{Map, Value};
use signalbox_domain::Params;

use super::{
    Document, Head, Tool, Variable, VariableKind,
    keys::{self, INPUT_KEYS, KEYS, is_key},
    locate::{Outline, Step},
    schema,
};
use crate::{
    diagnostic::{Diagnostic, Findings, Part, Severity},
    position::Positions,
    suggest::nearest,
    yaml::{self, YamlError},
};

/// The most variables of one prompt. Each is compared with every other, and with every use.
const MOST_VARIABLES: usize = 1_000;

pub(super) struct Reader<'t> {
    outline: Outline<'t>,
    positions: Positions<'t>,
    found: Findings,
}

/// Reads as much of a head as can be read.
pub(super) fn read(head: &str) -> Head {
    let mut reader =
        Reader { outline: Outline::new(head), positions: Positions::new(head), found: Findings::default() };
    let (document, yaml) = match yaml::read(head) {
        Ok(yaml) => (reader.document(&yaml), yaml),
        Err(error) => {
            reader.syntax(head, &error);
            (Document::default(), Value::Null)
        }
    };
    Head { document, diagnostics: reader.found.into_list(), yaml }
}

impl Reader<'_> {
    fn document(&mut self, yaml: &Value) -> Document {
        let map = match yaml {
            Value::Object(map) => map,
            Value::Null => return Document::default(),
            other => {
                let message = format!("the front matter is {}; write it as lines of key: value", describe(other));
                self.error(&[], "front-matter-type", message);
                return Document::default();
            }
        };
        for key in map.keys().filter(|key| !is_key(&KEYS, key)) {
            let similar =
                nearest(key, keys::names(&KEYS)).map(|known| format!("; did you mean {known}?")).unwrap_or_default();
            self.hint(&[Step::Key(key)], "unknown-key", format!("{key} is kept in the file and not used{similar}"));
        }
        let (model, parameters, other_parameters) = self.model(map.get("model"));
        self.template(map.get("template"));
        Document {
            name: self.text(map, &[], "name"),
            description: self.text(map, &[], "description"),
            model,
            parameters,
            other_parameters,
            inputs: self.inputs(map.get("inputs")),
            output: self.outputs(map.get("outputs")),
            tools: self.tools(map.get("tools")),
            examples: self.examples(map.get("examples")),
            includes: self.pins(map.get("includes")),
        }
    }

    fn syntax(&mut self, head: &str, error: &YamlError) {
        // The reader counts lines from 1. At the end of the text, the last line that says something is shown.
        let said = head.trim_end().len();
        let start = error.at.min(said.saturating_sub(1));
        let line = self.positions.line_bytes(self.positions.line(start));
        let text = error.message.as_str();
        if let Some(key) = text.split_once("duplicate entry with key \"").and_then(|(_, rest)| rest.strip_suffix('"')) {
            let bytes = self.outline.second(key).unwrap_or(line);
            let message = format!("the front matter has {key} twice; keep one of them");
            return self.push(&bytes, Severity::Error, "front-matter-syntax", message);
        }
        let hint = if head.get(line.clone()).is_some_and(|line| line.contains('\t')) {
            "; YAML takes no tabs, indent with spaces"
        } else if text.contains("mapping values are not allowed") {
            "; a value with a colon needs quotes"
        } else if text.contains("expected") {
            "; look for a bracket or a quote without its other half"
        } else {
            ""
        };
        let message = format!("the front matter isn't YAML: {text}{hint}");
        self.push(&(start..line.end.max(start)), Severity::Error, "front-matter-syntax", message);
    }

    fn model(&mut self, model: Option<&Value>) -> (Option<String>, Params, Map<String, Value>) {
        let path = [Step::Key("model")];
        match model {
            None | Some(Value::Null) => (None, Params::default(), Map::new()),
            Some(Value::String(id)) => (Some(id.clone()), Params::default(), Map::new()),
            Some(Value::Object(map)) => {
                self.key_in_file(map.get("connection"));
                let id = self.text(map, &path, "id");
                let options = if map.contains_key("options") { "options" } else { "parameters" };
                let (parameters, other) = match map.get(options) {
                    Some(Value::Object(map)) => self.parameters(map, options),
                    None | Some(Value::Null) => (Params::default(), Map::new()),
                    Some(other) => {
                        let message = format!("{options} is {}; write it as lines of key: value", describe(other));
                        self.error(&[path[0], Step::Key(options)], "front-matter-type", message);
                        (Params::default(), Map::new())
                    }
                };
                (id, parameters, other)
            }
            Some(other) => {
                let message = format!("model is {}; write a model's id, or id and options below it", describe(other));
                self.error(&path, "front-matter-type", message);
                (None, Params::default(), Map::new())
            }
        }
    }

    fn parameters(&mut self, options: &Map<String, Value>, under: &str) -> (Params, Map<String, Value>) {
        let mut parameters = Params::default();
        let mut others = Map::new();
        for (key, value) in options {
            if value.is_null() {
                continue;
            }
            let path = [Step::Key("model"), Step::Key(under), Step::Key(key)];
            match key.as_str() {
                "temperature" => parameters.temperature = self.number(&path, value, key, 0.0..=2.0),
                "topP" | "top_p" => parameters.top_p = self.number(&path, value, key, 0.0..=1.0),
                "maxOutputTokens" | "max_output_tokens" | "maxTokens" | "max_tokens" | "max_completion_tokens" => {
                    parameters.max_tokens = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
                    if parameters.max_tokens.is_none() {
                        self.wrong(&path, key, value, "a whole number of tokens, 1 or more");
                    }
                }
                "seed" => {
                    parameters.seed = value.as_i64();
                    if parameters.seed.is_none() {
                        self.wrong(&path, key, value, "a whole number");
                    }
                }
                "stopSequences" | "stop_sequences" | "stop" => match texts(value) {
                    Some(stop) => parameters.stop = stop,
                    None => self.wrong(&path, key, value, "a text or a list of texts"),
                },
                _ => {
                    self.hint(
                        &path,
                        "unused-parameter",
                        format!("{key} is kept in the file and not sent to the model"),
                    );
                    others.insert(key.clone(), value.clone());
                }
            }
        }
        (parameters, others)
    }

    fn number(
        &mut self,
        path: &[Step<'_>],
        value: &Value,
        key: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<f64> {
        let number = value.as_f64().filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(path, key, value, &format!("a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    fn key_in_file(&mut self, connection: Option<&Value>) {
        let Some(Value::Object(map)) = connection else { return };
        for key in ["apiKey", "api_key", "key"] {
            let literal =
                map.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty() && !text.contains("${"));
            if literal {
                let path = [Step::Key("model"), Step::Key("connection"), Step::Key(key)];
                let message = "this looks like a key in a file that is shared; take it out, and give it to the keychain under Providers";
                let bytes = self.outline.find(&path);
                self.push(&bytes, Severity::Warning, "key-in-file", message.to_owned());
            }
        }
    }

    fn template(&mut self, template: Option<&Value>) {
        let format = match template {
            None | Some(Value::Null) => return,
            Some(Value::Object(map)) => match map.get("format") {
                Some(Value::Object(format)) => format.get("kind").and_then(Value::as_str),
                Some(Value::String(format)) => Some(format.as_str()),
                _ => None,
            },
            Some(other) => {
                let message = format!(
                    "template is {}; write format: and kind: jinja2 below it, or leave it out",
                    describe(other)
                );
                return self.error(&[Step::Key("template")], "template-format", message);
            }
        };
        if let Some(kind) = format.filter(|kind| !matches!(*kind, "jinja2" | "jinja")) {
            let message = format!(
                "the template is written for {kind}; Signalbox renders jinja2, so rewrite it and say kind: jinja2"
            );
            self.error(&[Step::Key("template"), Step::Key("format")], "template-format", message);
        }
    }

    fn inputs(&mut self, inputs: Option<&Value>) -> Vec<Variable> {
        let mut variables: Vec<Variable> = Vec::new();
        let base = Step::Key("inputs");
        match inputs {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => {
                for (index, input) in list.iter().enumerate() {
                    let path = [base, Step::Item(index)];
                    let name = input.get("name").and_then(Value::as_str);
                    match (input, name) {
                        (Value::Object(map), Some(name)) => {
                            let variable = self.variable(name, map, &path);
                            self.add(&mut variables, variable, &[path[0], path[1], Step::Key("name")]);
                        }
                        _ => self.error(
                            &path,
                            "front-matter-type",
                            "a variable needs a name: write - name: and kind: below it",
                        ),
                    }
                }
            }
            Some(Value::Object(map)) => {
                for (name, input) in map {
                    let path = [base, Step::Key(name)];
                    let variable = match input {
                        Value::Object(map) => self.variable(name, map, &path),
                        value => by_default(name, value),
                    };
                    self.add(&mut variables, variable, &path);
                }
            }
            Some(other) => {
                let message =
                    format!("inputs is {}; write a list of variables, each with name and kind", describe(other));
                self.error(&[base], "front-matter-type", message);
            }
        }
        variables
    }

    fn add(&mut self, variables: &mut Vec<Variable>, variable: Variable, path: &[Step<'_>]) {
        let name = &variable.name;
        let mut characters = name.chars();
        let plain = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && characters.all(|c| c.is_alphanumeric() || c == '_');
        if !plain {
            let message =
                format!("{name:?} can't be used in a template; a variable's name has letters, digits and _ only");
            self.error(path, "variable-name", message);
        } else if variables.iter().any(|known| known.name == *name) {
            self.error(path, "duplicate-variable", format!("{name} is declared twice; keep one of them"));
            return;
        }
        if variables.len() < MOST_VARIABLES {
            variables.push(variable);
        } else {
            let message = format!("there are more than {MOST_VARIABLES} variables; put some of them into one object");
            self.error(path, "too-many-variables", message);
        }
    }

    fn variable(&mut self, name: &str, map: &Map<String, Value>, path: &[Step<'_>; 2]) -> Variable {
        let at = |key| [path[0], path[1], Step::Key(key)];
        for key in map.keys().filter(|key| !is_key(&INPUT_KEYS, key)) {
            let similar = nearest(key, keys::names(&INPUT_KEYS))
                .map(|known| format!("; did you mean {known}?"))
                .unwrap_or_default();
            self.hint(&at(key), "unknown-key", format!("{key} is kept in the file and not used{similar}"));
        }
        let word_key = if map.contains_key("kind") { "kind" } else { "type" };
        let word = map.get(word_key).and_then(Value::as_str);
        let kind = word.and_then(VariableKind::from_word).unwrap_or_default();
        if let Some(word) = word.filter(|word| VariableKind::from_word(word).is_none()) {
            let message = format!(
                "the kind {word} is not checked and goes into the text as it is; known are string, number, integer, boolean, array and object"
            );
            let bytes = self.outline.find(&at(word_key));
            self.push(&bytes, Severity::Warning, "unsupported-kind", message);
        }
        let default = map.get("default").filter(|value| !value.is_null()).cloned();
        if let Some(value) = default.as_ref().filter(|value| !kind.accepts(value)) {
            let message = format!(
                "the default of {name} is {}, and its kind is {}; change one of them",
                describe(value),
                kind.as_str()
            );
            self.error(&at("default"), "default-type", message);
        }
        Variable {
            name: name.to_owned(),
            kind,
            description: map.get("description").and_then(Value::as_str).map(str::to_owned),
            default,
            required: map.get("required").and_then(Value::as_bool).unwrap_or(false),
        }
    }

    fn outputs(&mut self, outputs: Option<&Value>) -> Option<Value> {
        match outputs {
            None | Some(Value::Null) => None,
            Some(value) => {
                let output = schema::of_properties(value);
                if output.is_none() {
                    let message =
                        "outputs has no fields; write a list of them, each with name and kind, or leave it out";
                    self.error(&[Step::Key("outputs")], "front-matter-type", message);
                }
                output
            }
        }
    }

    fn tools(&mut self, tools: Option<&Value>) -> Vec<Tool> {
        let list = match tools {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(other) => {
                let message = format!("tools is {}; write a list of tools, each with name and kind", describe(other));
                self.error(&[Step::Key("tools")], "front-matter-type", message);
                return Vec::new();
            }
        };
        let mut read = Vec::new();
        for (index, tool) in list.iter().enumerate() {
            let path = [Step::Key("tools"), Step::Item(index)];
            let (Some(name), Some(kind)) = (text_of(tool, "name"), text_of(tool, "kind")) else {
                self.error(
                    &path,
                    "front-matter-type",
                    "a tool needs name and kind; write kind: function for a function",
                );
                continue;
            };
            if kind != "function" {
                let message =
                    format!("the tool {name} of kind {kind} is kept in the file and not offered to the model");
                self.hint(&path, "unused-tool", message);
            }
            read.push(Tool {
                name,
                kind,
                description: text_of(tool, "description"),
                parameters: tool.get("parameters").and_then(schema::of_properties),
                strict: tool.get("strict").and_then(Value::as_bool).unwrap_or(false),
                bound: bound(tool),
            });
        }
        read
    }

    fn text(&mut self, map: &Map<String, Value>, path: &[Step<'_>], key: &str) -> Option<String> {
        match map.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            Some(other) => {
                let mut path = path.to_vec();
                path.push(Step::Key(key));
                self.wrong(&path, key, other, "a text");
                None
            }
        }
    }

    pub(super) fn wrong(&mut self, path: &[Step<'_>], key: &str, value: &Value, wanted: &str) {
        self.error(path, "front-matter-type", format!("{key} is {}; write {wanted}", describe(value)));
    }

    pub(super) fn error(&mut self, path: &[Step<'_>], code: &str, message: impl Into<String>) {
        if self.found.room(Severity::Error) {
            let bytes = self.outline.find(path);
            self.push(&bytes, Severity::Error, code, message.into());
        }
    }

    fn hint(&mut self, path: &[Step<'_>], code: &str, message: String) {
        if self.found.room(Severity::Hint) {
            let bytes = self.outline.find_key(path);
            self.push(&bytes, Severity::Hint, code, message);
        }
    }

    fn push(&mut self, bytes: &std::ops::Range<usize>, severity: Severity, code: &str, message: String) {
        self.found.push(Diagnostic::at(Part::Head, &self.positions, bytes, severity, code, message));
    }
}

/// A variable of the short form `name: default`.
fn by_default(name: &str, value: &Value) -> Variable {
    let kind = match value {
        Value::String(_) => VariableKind::String,
        Value::Bool(_) => VariableKind::Boolean,
        Value::Number(number) if number.is_f64() => VariableKind::Number,
        Value::Number(_) => VariableKind::Integer,
        Value::Array(_) => VariableKind::List,
        _ => VariableKind::Any,
    };
    let default = Some(value.clone()).filter(|value| !value.is_null());
    Variable { name: name.to_owned(), kind, description: None, default, required: false }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// The inputs that are bound to parameters of a tool.
fn bound(tool: &Value) -> Vec<String> {
    let bindings = tool.get("bindings").and_then(Value::as_object);
    bindings.into_iter().flat_map(Map::values).filter_map(|binding| text_of(binding, "input")).collect()
}

fn text_of(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// A value in words, for messages.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(value) => format!("{value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() <= 40 => format!("the text {text:?}"),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
