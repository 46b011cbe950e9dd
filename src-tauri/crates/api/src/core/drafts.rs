//! Unsaved texts.

use signalbox_prompts::{PromptName, Source};
use signalbox_store::StoredDraft;

use super::Core;
use crate::{
    ApiError,
    types::{Draft, DraftDiscarded, DraftSave, Event, PromptNamed, Stored},
};

impl Core {
    /// Keeps a draft. It is in the database when the command answers.
    pub async fn draft_save(&self, request: DraftSave) -> Result<Stored, ApiError> {
        let DraftSave { name, source, base } = request;
        let prompt = PromptName::new(&name)?.to_string();
        source.check()?;
        let at = self.clock.now();
        let draft = StoredDraft {
            workspace: self.workspace_id(),
            prompt,
            base,
            head: source.head,
            body: source.body,
            saved_at: at,
        };
        self.store.write(move |tx| tx.draft_put(&draft)).await?;
        self.hub.send(Event::Draft { name });
        Ok(Stored { at })
    }

    /// Throws a draft away, and says what it was.
    pub async fn draft_discard(&self, request: PromptNamed) -> Result<DraftDiscarded, ApiError> {
        let name = request.name;
        let (workspace, prompt) = (self.workspace_id(), name.clone());
        let draft = self
            .store
            .write(move |tx| {
                let draft = tx.draft(&workspace, &prompt)?;
                tx.draft_remove(&workspace, &prompt)?;
                Ok(draft)
            })
            .await?;
        self.hub.send(Event::Draft { name });
        Ok(DraftDiscarded { draft: draft.map(Draft::from) })
    }

    /// What tells the rows of this workspace from those of others in the same state folder.
    pub(super) fn workspace_id(&self) -> String {
        self.gateway.workspace().to_owned()
    }

    /// The draft of a prompt.
    pub(super) async fn draft(&self, name: &str) -> Result<Option<Draft>, ApiError> {
        let (workspace, name) = (self.workspace_id(), name.to_owned());
        Ok(self.store.read(move |view| view.draft(&workspace, &name)).await?.map(Draft::from))
    }
}

impl From<StoredDraft> for Draft {
    fn from(stored: StoredDraft) -> Self {
        Self { source: Source { head: stored.head, body: stored.body }, base: stored.base, saved_at: stored.saved_at }
    }
}
