//! Labels: where they point, who moved them, and which are moved only after a question.

use signalbox_prompts::{Change, Moving, Prompt};

use super::{Core, prompts::author};
use crate::{
    ApiError,
    types::{LabelBack, LabelHistory, LabelMoved, LabelProtect, LabelSet, PromptNamed},
};

impl Core {
    /// Moves or removes a label.
    pub async fn prompt_label(&self, request: LabelSet) -> Result<Prompt, ApiError> {
        let LabelSet { name, label, version, confirmed, seen } = request;
        let at = self.clock.now();
        self.registry_of(name, move |registry, name| {
            let change = Change { message: "", author: &author(), at };
            registry.move_label(name, &label, version, Moving { confirmed, seen: seen.map(pointed) }, &change)?;
            Ok(registry.get(name)?)
        })
        .await
    }

    /// Points a label to where it pointed before.
    pub async fn label_back(&self, request: LabelBack) -> Result<LabelMoved, ApiError> {
        let LabelBack { name, label, confirmed, seen } = request;
        let at = self.clock.now();
        self.registry_of(name, move |registry, name| {
            let change = Change { message: "", author: &author(), at };
            let moved =
                registry.move_label_back(name, &label, Moving { confirmed, seen: seen.map(pointed) }, &change)?;
            Ok(LabelMoved { prompt: registry.get(name)?, moved })
        })
        .await
    }

    /// Lets a label be moved only when that is confirmed, or freely again.
    pub async fn label_protect(&self, request: LabelProtect) -> Result<Prompt, ApiError> {
        let LabelProtect { name, label, protected } = request;
        let at = self.clock.now();
        self.registry_of(name, move |registry, name| {
            registry.protect_label(name, &label, protected, &Change { message: "", author: &author(), at })?;
            Ok(registry.get(name)?)
        })
        .await
    }

    /// What became of the labels of a prompt.
    pub async fn label_history(&self, request: PromptNamed) -> Result<LabelHistory, ApiError> {
        self.registry(move |registry| {
            let name = signalbox_prompts::PromptName::new(&request.name)?;
            Ok(LabelHistory { changes: registry.label_history(&name)? })
        })
        .await
    }
}

/// Where a label was seen to point: versions begin at 1.
fn pointed(seen: u32) -> Option<u32> {
    Some(seen).filter(|version| *version > 0)
}
