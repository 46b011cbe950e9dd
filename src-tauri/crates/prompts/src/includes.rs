//! Prompts within prompts: `{% include "shared/tone@production" %}`.
//!
//! What an include stands for is settled when its prompt is saved: the version that the name and the label mean at that
//! moment is written into the front matter with its hash, and rendering takes that one for ever after. So a version
//! renders the same whatever becomes of the labels and the prompts that it takes in. A text that isn't saved yet shows
//! what saving it now would take.

mod flat;
mod freeze;
mod inline;
mod problem;
mod statements;
mod target;

use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use ts_rs::TS;

pub(crate) use self::{
    flat::{Flat, flatten},
    inline::{Inlined, inline},
};
pub use self::{
    freeze::{Frozen, freeze},
    problem::{IncludeError, IncludeProblem},
    statements::{Statement, statements},
    target::{Target, TargetError},
};
use crate::{name::PromptName, registry::Selector, source::Source};

/// How deep prompts may include one another.
pub const DEEPEST: usize = 8;

/// How many includes a prompt may have, those of its includes counted in.
pub const MOST: usize = 500;

/// Where included prompts are found.
pub trait Includes {
    /// The version that a name and a selector mean now.
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Included, IncludeProblem>;

    /// The version that was frozen, whatever its name and its labels mean by now.
    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem>;
}

/// A version that another one takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// The prompt, by the name that it has now.
    pub name: PromptName,
    /// The version's number.
    pub version: u32,
    /// The hash of its text.
    pub hash: ContentHash,
    /// Its text.
    pub source: Source,
}

/// An include as it was settled when its prompt was saved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "IncludePin")]
pub struct Pin {
    /// What the template says, such as `shared/tone@production`.
    pub prompt: Target,
    /// The version that it meant.
    pub version: u32,
    /// The hash of that version's text, which is what counts.
    pub hash: ContentHash,
}

/// Which versions the includes of a text stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Those that the text was saved with.
    Saved,
    /// Those that saving it now would take.
    Now,
}

/// What a text needs to know to take others in.
#[derive(Clone, Copy)]
pub struct Scope<'i> {
    /// Where included prompts are found.
    pub includes: &'i dyn Includes,
    /// Which versions are meant.
    pub when: When,
    /// The prompt whose text it is, which must not include itself.
    pub prompt: Option<&'i PromptName>,
}

impl<'i> Scope<'i> {
    /// For a text that nothing can be included in.
    pub fn none() -> Self {
        Self { includes: &NoIncludes, when: When::Now, prompt: None }
    }

    /// For a version that is saved.
    pub fn saved(includes: &'i dyn Includes) -> Self {
        Self { includes, when: When::Saved, prompt: None }
    }

    /// For a text that isn't saved yet.
    pub fn now(includes: &'i dyn Includes) -> Self {
        Self { includes, when: When::Now, prompt: None }
    }

    /// The same for the text of this prompt.
    #[must_use]
    pub fn of(self, prompt: &'i PromptName) -> Self {
        Self { prompt: Some(prompt), ..self }
    }
}

/// No prompt at all.
#[derive(Debug, Clone, Copy)]
pub struct NoIncludes;

impl Includes for NoIncludes {
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Included, IncludeProblem> {
        Err(IncludeProblem::nowhere(&Target::new(name.clone(), selector.clone())))
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        Err(IncludeProblem::nowhere(&pin.prompt))
    }
}

#[cfg(test)]
mod tests;
