//! Prompts of the workspace.

use std::sync::Arc;

use signalbox_prompts::{Change, Prompt, PromptName, Registry, Selector, Source, Trashed, Version};

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{
        Event, PromptCreate, PromptDeleted, PromptDetail, PromptNamed, PromptRename, PromptRestore, PromptSave,
        PromptSaved, ValuesSave, VersionNamed,
    },
};

/// What a new prompt begins with.
const NEW_HEAD: &str = "description: \"\"\ninputs:\n  message:\n    kind: string\n";
const NEW_BODY: &str = "system:\nYou are a helpful assistant.\n\nuser:\n{{ message }}\n";
/// The longest message of a version, in characters.
const LONGEST_MESSAGE: usize = 2_000;

impl Core {
    /// Everything that the editor needs to open a prompt.
    pub async fn prompt_get(&self, request: PromptNamed) -> Result<PromptDetail, ApiError> {
        let (prompt, latest) = self
            .registry(move |registry| {
                let name = PromptName::new(&request.name)?;
                let prompt = registry.get(&name)?;
                // A version that can't be used is no reason not to open its prompt: the list of versions says what is
                // wrong with it.
                let latest = prompt.summary.latest.and_then(|number| registry.version(&name, number).ok());
                let latest = latest.map(|version| version.source);
                Ok((prompt, latest))
            })
            .await?;
        let draft = self.draft_of(&prompt.summary.name).await?;
        Ok(PromptDetail { prompt, draft, latest })
    }

    /// One version with its text.
    pub async fn prompt_version(&self, request: VersionNamed) -> Result<Version, ApiError> {
        self.registry(move |registry| Ok(registry.version(&PromptName::new(&request.name)?, request.number)?)).await
    }

    /// The version that a selector means, with its text.
    pub async fn prompt_resolved(&self, name: String, selector: Selector) -> Result<Version, ApiError> {
        self.registry(move |registry| Ok(registry.resolve(&PromptName::new(&name)?, &selector)?)).await
    }

    /// Makes a prompt whose first version is a text that is there already.
    pub async fn prompt_begin(&self, request: PromptSave) -> Result<PromptSaved, ApiError> {
        let PromptSave { name, source, message } = request;
        let message = checked(&message)?;
        let at = self.clock.now();
        self.registry_of(name, move |registry, name| {
            let number = registry.create(name, &source, &message, &author(), at)?.number;
            saved(registry, name, number, false, &source)
        })
        .await
    }

    /// Saves a version, and removes the draft when it has this text. What somebody types meanwhile, in a window or before
    /// another program saved something else, stays.
    pub async fn prompt_save(&self, request: PromptSave) -> Result<PromptSaved, ApiError> {
        let PromptSave { name, source, message } = request;
        let message = checked(&message)?;
        let at = self.clock.now();
        let author = author();
        let now = self.now_named(PromptName::new(&name)?).await?;
        let drafted = self.draft_of(&now).await?.filter(|draft| draft.source == source);
        let base = drafted.as_ref().map(|draft| draft.base);
        let written = source.clone();
        let asked = name.clone();
        let saved = self
            .registry(move |registry| {
                let name = PromptName::new(&asked)?;
                let known = |number: &u32| registry.version(&name, *number).is_ok();
                let parents: Vec<u32> = base.filter(known).into_iter().collect();
                let change = Change { message: &message, author: &author, at };
                let done = registry.save_on(&name, &written, &parents, &change)?;
                saved(registry, &name, done.version.number, done.unchanged, &written)
            })
            .await?;
        let name = saved.prompt.summary.name.to_string();
        if let Some(drafted) = drafted {
            let (workspace, prompt) = (self.workspace_id(), name.clone());
            let Source { head, body } = drafted.source;
            self.store.write(move |tx| tx.draft_remove_text(&workspace, &prompt, &head, &body)).await?;
        }
        self.hub.send(Event::Draft { name: name.clone() });
        self.changed([name]);
        Ok(saved)
    }

    /// Keeps the saved test values.
    pub async fn prompt_values(&self, request: ValuesSave) -> Result<Prompt, ApiError> {
        let ValuesSave { name, values, values_hash } = request;
        self.registry_of(name, move |registry, name| {
            registry.save_values(name, &values, values_hash)?;
            Ok(registry.get(name)?)
        })
        .await
    }

    /// Makes a prompt.
    pub async fn prompt_create(&self, request: PromptCreate) -> Result<PromptDetail, ApiError> {
        let PromptCreate { name, copy_of } = request;
        let at = self.clock.now();
        let made = name.clone();
        self.registry_of(name, move |registry, name| {
            match copy_of {
                Some(original) => drop(registry.duplicate(&PromptName::new(&original)?, name, &author(), at)?),
                None => {
                    drop(registry.create(name, &Source::new(NEW_HEAD, NEW_BODY), "First version", &author(), at)?);
                }
            }
            Ok(())
        })
        .await?;
        self.prompt_get(PromptNamed { name: made }).await
    }

    /// Renames a prompt.
    pub async fn prompt_rename(&self, request: PromptRename) -> Result<PromptDetail, ApiError> {
        let PromptRename { name, to } = request;
        let (from, target) = (name.clone(), to.clone());
        self.registry_of(name.clone(), move |registry, name| Ok(registry.rename(name, &PromptName::new(&target)?)?))
            .await?;
        let (workspace, renamed) = (self.workspace_id(), to.clone());
        self.store.write(move |tx| tx.draft_rename(&workspace, &from, &renamed)).await?;
        self.changed([to.clone()]);
        self.prompt_get(PromptNamed { name: to }).await
    }

    /// Deletes a prompt so that it can be brought back. Its draft stays in the database until then.
    pub async fn prompt_delete(&self, request: PromptNamed) -> Result<PromptDeleted, ApiError> {
        let name = request.name.clone();
        let trashed = self.registry_of(request.name, |registry, name| Ok(registry.delete(name)?)).await?;
        let ticket = serde_json::to_string(&trashed).map_err(|error| ApiError::internal(&error))?;
        Ok(PromptDeleted { name, ticket })
    }

    /// Brings a deleted prompt back.
    pub async fn prompt_restore(&self, request: PromptRestore) -> Result<PromptDetail, ApiError> {
        let trashed: Trashed = serde_json::from_str(&request.ticket).map_err(|error| {
            ApiError::new(Code::Invalid, format!("this isn't what deleting a prompt gave: {error}"))
        })?;
        let name = trashed.name.to_string();
        self.registry(move |registry| Ok(registry.restore(&trashed)?)).await?;
        self.changed([name.clone()]);
        self.prompt_get(PromptNamed { name }).await
    }

    /// Works on the registry, which reads and writes files, off the async threads.
    pub(super) async fn registry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Registry) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let registry: Arc<Registry> = self.registry.clone();
        blocking(move || work(&registry)).await
    }

    /// Changes one prompt of the registry and tells the windows.
    pub(super) async fn registry_of<T: Send + 'static>(
        &self,
        name: String,
        work: impl FnOnce(&Registry, &PromptName) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let asked = name.clone();
        let done = self.registry(move |registry| work(registry, &PromptName::new(&asked)?)).await?;
        self.changed([name]);
        Ok(done)
    }

    pub(super) fn changed(&self, names: impl IntoIterator<Item = String>) {
        self.hub.send(Event::Prompts { names: names.into_iter().collect() });
    }
}

/// What became of a save, with the text as it was saved when that isn't the one that was given.
fn saved(
    registry: &Registry,
    name: &PromptName,
    number: u32,
    unchanged: bool,
    given: &Source,
) -> Result<PromptSaved, ApiError> {
    let source = Some(registry.version(name, number)?.source).filter(|source| source != given);
    Ok(PromptSaved { prompt: registry.get(name)?, number, unchanged, source })
}

/// Why a version was saved, if it isn't too long.
fn checked(message: &str) -> Result<String, ApiError> {
    let message = message.trim();
    if message.chars().count() > LONGEST_MESSAGE {
        return Err(ApiError::new(Code::Invalid, format!("a message has at most {LONGEST_MESSAGE} characters")));
    }
    Ok(message.to_owned())
}

/// Who saves: the account's name on this machine.
pub(super) fn author() -> String {
    ["USER", "USERNAME", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".into())
}
