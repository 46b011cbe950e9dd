//! Parts of a head as texts, for comparing two of them. What means the same reads the same, however it was written.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Document;

impl Document {
    /// The model and how it should answer, as YAML. Empty when nothing is said of it.
    pub fn parameters_as_yaml(&self) -> String {
        let mut all = Map::new();
        if let Some(model) = &self.model {
            all.insert("model".to_owned(), json!(model));
        }
        if let Ok(Value::Object(parameters)) = serde_json::to_value(&self.parameters) {
            let says = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
            all.extend(parameters.into_iter().filter(|(_, value)| says(value)));
        }
        all.extend(self.other_parameters.clone());
        if all.is_empty() { String::new() } else { yaml(&all) }
    }

    /// The schema of the answer, and the tools with theirs, as YAML. Empty when there are none.
    pub fn schemas_as_yaml(&self) -> String {
        let output = self.output.iter().map(|schema| yaml(&json!({ "output": schema })));
        let tools = self.tools.iter().map(|tool| yaml(&json!({ "tool": tool })));
        output.chain(tools).collect()
    }
}

fn yaml(value: &impl Serialize) -> String {
    // A value that came out of YAML can go into it again.
    serde_yaml_ng::to_string(value).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_reads_the_same() {
        let one = Document::parse("model: gpt-5-mini\noutputs:\n- name: a\n  kind: string\n").unwrap();
        let two = Document::parse("outputs:\n  a: string\nmodel:\n  id: gpt-5-mini\n").unwrap();
        assert_eq!(one.parameters_as_yaml(), "model: gpt-5-mini\n");
        assert_eq!(one.parameters_as_yaml(), two.parameters_as_yaml());
        assert_eq!(one.schemas_as_yaml(), two.schemas_as_yaml());
        assert!(one.schemas_as_yaml().starts_with("output:\n  type: object\n"), "{}", one.schemas_as_yaml());
        let three = Document::parse("model:\n  options:\n    temperature: 0.5\n    topK: 3\n").unwrap();
        assert_eq!(three.parameters_as_yaml(), "temperature: 0.5\ntopK: 3\n");
        assert_eq!(Document::default().parameters_as_yaml(), "");
    }
}
