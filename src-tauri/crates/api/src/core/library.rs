//! The list of prompts, and finding them. What was read of their files is kept in the database, so that a start reads only
//! what has changed.

use std::collections::{BTreeMap, HashMap};

use signalbox_domain::Money;
use signalbox_gateway::day_span;
use signalbox_prompts::{IndexChanges, IndexRow, PromptName, PromptSummary, RegistryError, search_terms};
use signalbox_store::LibraryRow;

use super::Core;
use crate::{
    ApiError,
    types::{
        Empty, PromptArchive, PromptHit, PromptList, PromptNamed, PromptRow, PromptSearch, PromptSettled, PromptsFound,
        Redirect, RedirectSet, Redirects,
    },
};

/// How many rows are written at once. Whoever saves a draft meanwhile waits for so many.
const TOGETHER: usize = 200;
/// How many prompts a search gives.
const MOST_HITS: usize = 200;

impl Core {
    /// All prompts that weren't put away.
    pub async fn prompt_list(&self, _: Empty) -> Result<PromptList, ApiError> {
        self.listed(false).await
    }

    /// The prompts that were put away.
    pub async fn prompt_archived(&self, _: Empty) -> Result<PromptList, ApiError> {
        self.listed(true).await
    }

    /// Puts a prompt away, so that it is in no list, or takes it back.
    pub async fn prompt_archive(&self, request: PromptArchive) -> Result<signalbox_prompts::Prompt, ApiError> {
        let PromptArchive { name, archived } = request;
        self.registry_of(name, move |registry, name| {
            registry.archive(name, archived)?;
            Ok(registry.get(name)?)
        })
        .await
    }

    /// Settles what git could not merge in a prompt's files, so that both sides are kept.
    pub async fn prompt_settle(&self, request: PromptNamed) -> Result<PromptSettled, ApiError> {
        self.registry_of(request.name, |registry, name| {
            let settled = registry.settle(name)?;
            Ok(PromptSettled { prompt: registry.get(name)?, settled })
        })
        .await
    }

    /// The old names of prompts, and where they lead.
    pub async fn prompt_redirects(&self, _: Empty) -> Result<Redirects, ApiError> {
        let redirects = self.registry(|registry| Ok(registry.redirects()?)).await?;
        Ok(Redirects { redirects: redirects.into_iter().map(|(from, to)| Redirect { from, to }).collect() })
    }

    /// Lets an old name lead to a prompt, or nowhere.
    pub async fn prompt_redirect(&self, request: RedirectSet) -> Result<Redirects, ApiError> {
        let RedirectSet { from, to } = request;
        let (old, target) = (PromptName::new(&from)?, to.as_deref().map(PromptName::new).transpose()?);
        self.registry(move |registry| Ok(registry.set_redirect(&old, target.as_ref())?)).await?;
        self.changed(std::iter::once(from).chain(to));
        self.prompt_redirects(Empty {}).await
    }

    /// Searches names, labels, messages and texts.
    pub async fn prompt_search(&self, request: PromptSearch) -> Result<PromptsFound, ApiError> {
        let terms = search_terms(&request.text);
        let summaries = self.summaries().await?;
        self.keep_index().await?;
        let found = self.found(terms.clone(), MOST_HITS as u32 * 2).await?;
        let archived: HashMap<&str, bool> =
            summaries.iter().map(|summary| (summary.name.as_str(), summary.archived)).collect();
        let meant = found.into_iter().filter_map(|name| {
            let archived = *archived.get(name.as_str())?;
            (request.archived || !archived).then_some((name, archived))
        });
        let mut meant: Vec<(PromptName, bool)> = meant.collect();
        let more = meant.len() > MOST_HITS;
        meant.truncate(MOST_HITS);
        let hits = self
            .registry(move |registry| {
                let hit = |(name, archived): (PromptName, bool)| {
                    // One that can't be read is found all the same; its row in the list says what is wrong.
                    let excerpt = registry.excerpt(&name, &terms).unwrap_or_default();
                    PromptHit { name, archived, excerpt }
                };
                Ok(meant.into_iter().map(hit).collect())
            })
            .await?;
        Ok(PromptsFound { hits, more })
    }

    /// The prompts that have all of these words, by name.
    pub(super) async fn found(&self, terms: Vec<String>, most: u32) -> Result<Vec<PromptName>, ApiError> {
        let workspace = self.workspace_id();
        let paths = self.store.read(move |view| view.library_search(&workspace, &terms, most)).await?;
        Ok(paths.iter().filter_map(|path| PromptName::new(path).ok()).collect())
    }

    /// Names of prompts with those that they had before.
    pub(super) async fn with_former_names(&self, mut names: Vec<String>) -> Result<Vec<String>, ApiError> {
        if names.is_empty() {
            return Ok(names);
        }
        let redirects = self.registry(|registry| Ok(registry.redirects()?)).await?;
        let former = redirects.iter().filter(|(_, to)| names.iter().any(|name| name == to.as_str()));
        let former: Vec<String> = former.map(|(from, _)| from.to_string()).collect();
        names.extend(former);
        Ok(names)
    }

    /// The name that a prompt has now; the same when there is none of that name.
    pub(super) async fn now_named(&self, name: PromptName) -> Result<PromptName, ApiError> {
        self.registry(move |registry| match registry.name_now(&name) {
            Ok(now) => Ok(now),
            Err(RegistryError::NotFound { .. }) => Ok(name),
            Err(error) => Err(error.into()),
        })
        .await
    }

    /// Every prompt, put away or not.
    pub(super) async fn summaries(&self) -> Result<Vec<PromptSummary>, ApiError> {
        self.library_read
            .get_or_try_init(|| async {
                let workspace = self.workspace_id();
                let rows = self.store.read(move |view| view.library(&workspace)).await?;
                self.registry(move |registry| {
                    let row = |(path, record)| IndexRow { path, record, words: String::new() };
                    registry.take_in(rows.into_iter().map(row).collect());
                    Ok(())
                })
                .await
            })
            .await?;
        self.registry(|registry| Ok(registry.list()?)).await
    }

    /// Writes down what was read since the last time, and waits for it.
    pub(super) async fn keep_index(&self) -> Result<(), ApiError> {
        for part in self.index_parts() {
            let workspace = self.workspace_id();
            self.store.write(move |tx| keep(tx, &workspace, &part)).await?;
        }
        Ok(())
    }

    /// The same without waiting: a start that comes before it is written reads the files again.
    fn post_index(&self) {
        for part in self.index_parts() {
            let workspace = self.workspace_id();
            self.store.post(move |tx| keep(tx, &workspace, &part));
        }
    }

    fn index_parts(&self) -> Vec<IndexChanges> {
        let IndexChanges { mut kept, gone } = self.registry.index_changes(self.clock.now());
        let mut parts = Vec::new();
        if !gone.is_empty() {
            parts.push(IndexChanges { kept: Vec::new(), gone });
        }
        while !kept.is_empty() {
            let rest = kept.split_off(kept.len().min(TOGETHER));
            parts.push(IndexChanges { kept: std::mem::replace(&mut kept, rest), gone: Vec::new() });
        }
        parts
    }

    async fn listed(&self, archived: bool) -> Result<PromptList, ApiError> {
        let summaries = self.summaries().await?;
        self.post_index();
        let redirects = self.registry(|registry| Ok(registry.redirects()?)).await?;
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
        let drafts: HashMap<_, _> = drafts.into_iter().map(|(name, at)| (now_named(&redirects, &name), at)).collect();
        let mut spent_today: HashMap<String, Money> = HashMap::new();
        for (name, amount) in spent {
            *spent_today.entry(now_named(&redirects, &name)).or_default() += amount;
        }
        let mut last_calls: HashMap<String, _> = HashMap::new();
        for call in last {
            let Some(name) = call.prompt.as_ref().map(|prompt| now_named(&redirects, &prompt.name)) else { continue };
            let older = last_calls.get(&name).is_none_or(|known: &signalbox_domain::Call| known.id < call.id);
            if older {
                last_calls.insert(name, call);
            }
        }
        let prompts = summaries
            .into_iter()
            .filter(|summary| summary.archived == archived)
            .map(|summary| {
                let name = summary.name.as_str();
                let call = last_calls.get(name);
                PromptRow {
                    draft_at: drafts.get(name).copied(),
                    last_badge: call.map(|call| call.badge.clone()),
                    last_simulated: call.is_some_and(|call| call.simulated),
                    spent_today: spent_today.get(name).copied().unwrap_or(Money::ZERO),
                    summary,
                }
            })
            .collect();
        Ok(PromptList { prompts })
    }
}

/// The name that a prompt of an earlier call has now.
fn now_named(redirects: &BTreeMap<PromptName, PromptName>, name: &str) -> String {
    let renamed = PromptName::new(name).ok().and_then(|name| redirects.get(&name));
    renamed.map_or_else(|| name.to_owned(), ToString::to_string)
}

fn keep(
    tx: &signalbox_store::Tx<'_>,
    workspace: &str,
    changes: &IndexChanges,
) -> Result<(), signalbox_store::StoreError> {
    for path in &changes.gone {
        tx.library_remove(workspace, path)?;
    }
    for IndexRow { path, record, words } in &changes.kept {
        let row = LibraryRow { path: path.clone(), record: record.clone(), words: words.clone() };
        tx.library_put(workspace, &row)?;
    }
    Ok(())
}
