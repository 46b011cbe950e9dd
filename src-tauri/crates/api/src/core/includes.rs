//! What a prompt includes, and what includes it.

use signalbox_prompts::{
    Document, Included, Includes, PromptName, Registry, Scope, Selector, Source,
    includes::{freeze, statements},
};

use super::Core;
use crate::{
    ApiError,
    types::{IncludeRow, IncludedVersion, IncludesAnswer, IncludesRequest},
};

/// How many prompts that may include one are looked at.
const MOST_LOOKED_AT: u32 = 1_000;

impl Core {
    /// What a text includes, and what includes its prompt.
    pub async fn prompt_includes(&self, request: IncludesRequest) -> Result<IncludesAnswer, ApiError> {
        let IncludesRequest { name, source } = request;
        let asked = name.clone();
        let (name, includes) = self
            .registry(move |registry| {
                let name = PromptName::new(&asked)?;
                let name = registry.get(&name)?.summary.name;
                let source = match source {
                    Some(source) => source,
                    None => registry.resolve(&name, &Selector::Latest)?.source,
                };
                let rows = rows(registry, &name, &source);
                Ok((name, rows))
            })
            .await?;
        self.summaries().await?;
        self.keep_index().await?;
        // The front matter names what is included, so it is among the words of whatever includes this prompt.
        let candidates = self.found(vec![format!("- prompt: \"{name}").to_lowercase()], MOST_LOOKED_AT).await?;
        let included_by = self
            .registry(move |registry| Ok(candidates.into_iter().filter(|one| takes_in(registry, one, &name)).collect()))
            .await?;
        Ok(IncludesAnswer { includes, included_by })
    }
}

fn rows(registry: &Registry, name: &PromptName, source: &Source) -> Vec<IncludeRow> {
    let (document, _) = Document::read(&source.head);
    let version = |included: Included| {
        let Included { name, version, hash, .. } = included;
        IncludedVersion { name, version, hash }
    };
    statements(&source.body)
        .into_iter()
        .map(|statement| {
            let before = source.body.get(..statement.bytes.start).unwrap_or_default();
            let line = before.matches('\n').count() as u32 + 1;
            let written = source.body.get(statement.name.clone()).unwrap_or_default().to_owned();
            let target = match statement.target {
                Ok(target) => target,
                Err(problem) => {
                    let problem = Some(problem.to_string());
                    return IncludeRow { target: written, line, frozen: None, now: None, problem };
                }
            };
            let pin = document.includes.iter().find(|pin| pin.prompt == target);
            let frozen = pin.and_then(|pin| registry.frozen(pin).ok()).map(version);
            // The statement alone, with everything that it brings along.
            let alone = Source::new("", source.body.get(statement.bytes).unwrap_or_default());
            let (now, problem) = match freeze(&alone, &Scope::now(registry).of(name)) {
                Ok(settled) => (settled.included.into_iter().next().map(version), None),
                Err(error) => (None, Some(error.problem.to_string())),
            };
            IncludeRow { target: target.to_string(), line, frozen, now, problem }
        })
        .collect()
}

/// Whether the newest version of a prompt includes another one.
fn takes_in(registry: &Registry, candidate: &PromptName, name: &PromptName) -> bool {
    let latest = registry.resolve(candidate, &Selector::Latest);
    latest.is_ok_and(|version| version.document.includes.iter().any(|pin| pin.prompt.name() == name))
}
