//! The prompts that a text may include.

use crate::{name::PromptName, registry::Registry};

/// A prompt that can be included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: PromptName,
    /// What it is for.
    pub description: Option<String>,
    /// Its labels with the versions that they point to.
    pub labels: Vec<(String, u32)>,
    /// Its newest version.
    pub latest: Option<u32>,
}

/// Where the names of prompts are found.
pub trait Library {
    /// Every prompt, by name.
    fn prompts(&self) -> Vec<Listed>;
}

impl Library for Registry {
    fn prompts(&self) -> Vec<Listed> {
        // A folder that can't be read has nothing to offer; whoever lists it is told why.
        let list = self.list().unwrap_or_default();
        list.into_iter()
            .map(|prompt| Listed {
                name: prompt.name,
                description: prompt.description,
                labels: prompt.labels.into_iter().map(|pointer| (pointer.label, pointer.version)).collect(),
                latest: prompt.latest,
            })
            .collect()
    }
}
