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
        // Somebody may have renamed the prompt while it is open here.
        let prompt = self.now_named(PromptName::new(&name)?).await?.to_string();
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
        let prompt = self.now_named(PromptName::new(&name)?).await?.to_string();
        let workspace = self.workspace_id();
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

    /// The draft of a prompt, which follows it when somebody else has renamed it.
    pub(super) async fn draft_of(&self, name: &PromptName) -> Result<Option<Draft>, ApiError> {
        if let Some(draft) = self.draft(name.as_str()).await? {
            return Ok(Some(draft));
        }
        let mut names = self.with_former_names(vec![name.to_string()]).await?;
        names.remove(0);
        for former in names {
            if self.draft(&former).await?.is_some() {
                let (workspace, to) = (self.workspace_id(), name.to_string());
                self.store.write(move |tx| tx.draft_rename(&workspace, &former, &to)).await?;
                return self.draft(name.as_str()).await;
            }
        }
        Ok(None)
    }

    /// The draft of a prompt under this very name.
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
