//! Prompts of the workspace.

use std::{collections::HashMap, sync::Arc};

use signalbox_domain::Money;
use signalbox_gateway::day_span;
use signalbox_prompts::{Prompt, PromptName, Registry, Selector, Source, Trashed, Version};

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{
        Empty, Event, LabelSet, PromptCreate, PromptDeleted, PromptDetail, PromptList, PromptNamed, PromptRename,
        PromptRestore, PromptRow, PromptSave, PromptSaved, ValuesSave, VersionNamed,
    },
};

/// What a new prompt begins with.
const NEW_HEAD: &str = "description: \"\"\ninputs:\n  message:\n    kind: string\n";
const NEW_BODY: &str = "system:\nYou are a helpful assistant.\n\nuser:\n{{ message }}\n";
/// The longest message of a version, in characters.
const LONGEST_MESSAGE: usize = 2_000;

impl Core {
    /// All prompts.
    pub async fn prompt_list(&self, _: Empty) -> Result<PromptList, ApiError> {
        let registry = self.registry.clone();
        let summaries = blocking(move || Ok(registry.list()?)).await?;
        let settings = self.gateway.settings();
        let today = day_span(self.clock.now(), &settings.zone).start;
        let workspace = self.workspace_id();
        let (drafts, spent, last) = self
            .store
            .read(move |view| {
                let drafts = view.drafts(&workspace)?;
                let spent = view.settled_by_prompt(settings.project(), today)?;
                Ok((drafts, spent, view.calls_last_by_prompt(&workspace)?))
            })
            .await?;
        let drafts: HashMap<_, _> = drafts.into_iter().collect();
        let spent: HashMap<_, _> = spent.into_iter().collect();
        let last: HashMap<_, _> =
            last.into_iter().filter_map(|call| Some((call.prompt.as_ref()?.name.clone(), call))).collect();
        let prompts = summaries
            .into_iter()
            .map(|summary| {
                let name = summary.name.to_string();
                let call = last.get(&name);
                PromptRow {
                    draft_at: drafts.get(&name).copied(),
                    last_badge: call.map(|call| call.badge.clone()),
                    last_simulated: call.is_some_and(|call| call.simulated),
                    spent_today: spent.get(&name).copied().unwrap_or(Money::ZERO),
                    summary,
                }
            })
            .collect();
        Ok(PromptList { prompts })
    }

    /// Everything that the editor needs to open a prompt.
    pub async fn prompt_get(&self, request: PromptNamed) -> Result<PromptDetail, ApiError> {
        let draft = self.draft(&request.name).await?;
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
            Ok(PromptSaved { prompt: registry.get(name)?, number, unchanged: false })
        })
        .await
    }

    /// Saves a version, and removes the draft.
    pub async fn prompt_save(&self, request: PromptSave) -> Result<PromptSaved, ApiError> {
        let PromptSave { name, source, message } = request;
        let message = checked(&message)?;
        let at = self.clock.now();
        let author = author();
        let changed = name.clone();
        let saved = self
            .registry(move |registry| {
                let name = PromptName::new(&name)?;
                let saved = registry.save(&name, &source, &message, &author, at)?;
                Ok(PromptSaved {
                    prompt: registry.get(&name)?,
                    number: saved.version.number,
                    unchanged: saved.unchanged,
                })
            })
            .await?;
        let (workspace, draft) = (self.workspace_id(), changed.clone());
        self.store.write(move |tx| tx.draft_remove(&workspace, &draft)).await?;
        self.hub.send(Event::Draft { name: changed.clone() });
        self.changed([changed]);
        Ok(saved)
    }

    /// Moves or removes a label.
    pub async fn prompt_label(&self, request: LabelSet) -> Result<Prompt, ApiError> {
        let LabelSet { name, label, version } = request;
        self.registry_of(name, move |registry, name| {
            match version {
                Some(version) => drop(registry.set_label(name, &label, version)?),
                None => registry.remove_label(name, &label).map(drop)?,
            }
            Ok(registry.get(name)?)
        })
        .await
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
    async fn registry_of<T: Send + 'static>(
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
