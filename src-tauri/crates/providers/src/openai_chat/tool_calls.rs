//! The tool calls of one answer, from the pieces in which servers send them.

use std::collections::HashMap;

use serde_json::Value;
use signalbox_domain::ContentHash;

use crate::ToolCallPiece;

/// The most tools that one answer may ask for.
const MOST: usize = 512;

/// More tools were asked for than one answer may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// What has come of the tool calls.
#[derive(Debug, Default)]
pub(super) struct ToolCalls {
    calls: Vec<Call>,
    /// Which call the server means by an index. One that gives all of its calls the same index means the last.
    by_index: HashMap<u64, usize>,
    /// What the server calls the answer, from which ids are made where it gives none.
    answer: String,
}

#[derive(Debug)]
struct Call {
    /// The id that the server gave it.
    id: Option<String>,
    name: Option<String>,
}

impl ToolCalls {
    /// Takes the name of the answer.
    pub(super) fn answer(&mut self, id: &str) {
        if self.answer.is_empty() {
            id.clone_into(&mut self.answer);
        }
    }

    /// Whether any tool was asked for.
    pub(super) fn any(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Takes one element of `tool_calls`. In a whole message each is a call of its own.
    pub(super) fn take(&mut self, said: &Value, whole: bool) -> Result<ToolCallPiece, TooMany> {
        let function = said.get("function").unwrap_or(said);
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let (id, name) = (text(said.get("id")), text(function.get("name")));
        let index = said.get("index").and_then(Value::as_u64);
        let arguments = match function.get("arguments") {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            // Some servers send the arguments as an object.
            Some(value) => value.to_string(),
        };
        let known = if whole { None } else { self.known(index, id.as_deref(), name.as_deref()) };
        let (slot, mut piece) = match known {
            Some(slot) => (slot, ToolCallPiece::default()),
            None => self.open(index, id)?,
        };
        if let Some(call) = self.calls.get_mut(slot)
            && call.name.is_none()
        {
            call.name.clone_from(&name);
            piece.name = name;
        }
        piece.index = u32::try_from(slot).unwrap_or(u32::MAX);
        piece.arguments = arguments;
        Ok(piece)
    }

    /// The call that a piece continues.
    fn known(&self, index: Option<u64>, id: Option<&str>, name: Option<&str>) -> Option<usize> {
        let slot = match (index, id) {
            (Some(index), _) => *self.by_index.get(&index)?,
            (None, Some(id)) => self.calls.iter().position(|call| call.id.as_deref() == Some(id))?,
            // Without an index and an id, a name begins a call and anything else goes on with the last.
            (None, None) if name.is_some() => return None,
            (None, None) => self.calls.len().checked_sub(1)?,
        };
        // Another id together with a name is another call under the same index. Another id alone isn't: some servers make
        // up a new one for each piece.
        let call = self.calls.get(slot)?;
        let another = name.is_some() && id.is_some_and(|id| call.id.as_deref().is_some_and(|known| known != id));
        (!another).then_some(slot)
    }

    fn open(&mut self, index: Option<u64>, id: Option<String>) -> Result<(usize, ToolCallPiece), TooMany> {
        let slot = self.calls.len();
        if slot == MOST {
            return Err(TooMany);
        }
        // Whoever answers the call must be able to name it.
        let called = id.clone().unwrap_or_else(|| {
            format!("call_{}", ContentHash::of(format!("{} {slot}", self.answer).as_bytes()).short())
        });
        self.calls.push(Call { id, name: None });
        if let Some(index) = index {
            self.by_index.insert(index, slot);
        }
        Ok((slot, ToolCallPiece { id: Some(called), ..ToolCallPiece::default() }))
    }
}
