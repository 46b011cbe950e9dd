//! Exchanges that show the model what is wanted, and the versions that a template takes in.

use serde_json::Value;

use super::{Example, describe, locate::Step, read::Reader};
use crate::includes::Pin;

const EXAMPLES: Step<'static> = Step::Key("examples");
const INCLUDES: Step<'static> = Step::Key("includes");

impl Reader<'_> {
    /// Reads `examples`: a list in which each has what a user says and what the model should answer.
    pub(super) fn examples(&mut self, examples: Option<&Value>) -> Vec<Example> {
        let list = match examples {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(other) => {
                let message = format!("examples is {}; write a list, each with user: and assistant:", describe(other));
                self.error(&[EXAMPLES], "front-matter-type", message);
                return Vec::new();
            }
        };
        let mut read = Vec::new();
        for (index, example) in list.iter().enumerate() {
            let path = [EXAMPLES, Step::Item(index)];
            let user = self.said(&path, example, "user");
            let assistant = self.said(&path, example, "assistant");
            if let (Some(user), Some(assistant)) = (user, assistant) {
                read.push(Example { user, assistant });
            }
        }
        read
    }

    fn said(&mut self, path: &[Step<'_>; 2], example: &Value, key: &str) -> Option<String> {
        match example.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            Some(other) => {
                self.wrong(&[path[0], path[1], Step::Key(key)], key, other, "a text");
                None
            }
            None => {
                let message = format!("an example needs user: and assistant: below it; {key} is missing");
                self.error(path, "front-matter-type", message);
                None
            }
        }
    }

    /// Reads `includes`, which Signalbox writes. One that can't be read is none, and then saving settles it again.
    pub(super) fn pins(&mut self, includes: Option<&Value>) -> Vec<Pin> {
        let list = match includes {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => return self.not_pins(&[INCLUDES]),
        };
        let pins = list.iter().map(|pin| serde_json::from_value::<Pin>(pin.clone()).ok());
        let Some(wrong) = pins.clone().position(|pin| pin.is_none()) else { return pins.flatten().collect() };
        self.not_pins(&[INCLUDES, Step::Item(wrong)])
    }

    fn not_pins(&mut self, path: &[Step<'_>]) -> Vec<Pin> {
        let message = "includes is written when the prompt is saved, each with prompt, version and hash; take it out, and \
                       save the prompt";
        self.error(path, "includes", message);
        Vec::new()
    }
}
