//! What an editor asks of a prompt that is being written.

use serde::{Deserialize, Serialize};
use signalbox_prompts::{
    Part, SavedValues, Source,
    language::{Definition, Hover},
};
use ts_rs::TS;

/// A place in a prompt that is being written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptPlace {
    /// The prompt, which can't include itself; none for a text without a name.
    pub name: Option<String>,
    /// The text.
    pub source: Source,
    /// Its saved test values, which say what is inside of its variables.
    pub saved: Vec<SavedValues>,
    /// The part of the text that the cursor is in.
    pub part: Part,
    /// Where the cursor is, in code points of that part.
    pub at: u32,
}

/// Asks for another name for the variable at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VariableRename {
    /// The place.
    pub place: PromptPlace,
    /// The new name.
    pub to: String,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HoverAnswer {
    /// None where nothing is known of it.
    pub hover: Option<Hover>,
}

/// Where what stands at a place comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DefinitionAnswer {
    /// None where it comes from nowhere.
    pub definition: Option<Definition>,
}
