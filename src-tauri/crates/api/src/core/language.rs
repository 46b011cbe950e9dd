//! What an editor asks of a prompt that is being written.

use signalbox_prompts::{
    PromptName, Registry, Scope,
    language::{self, Completions, Query, RenameError, Renaming},
};

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{DefinitionAnswer, HoverAnswer, PromptPlace, VariableRename},
};

impl Core {
    /// The folder of the workspace's prompts.
    pub fn prompts_folder(&self) -> &std::path::Path {
        self.registry.root()
    }

    /// What may stand at a place of a prompt.
    pub async fn prompt_complete(&self, request: PromptPlace) -> Result<Completions, ApiError> {
        self.at_place(request, |query| Ok(language::complete(query))).await
    }

    /// What stands at a place of a prompt.
    pub async fn prompt_hover(&self, request: PromptPlace) -> Result<HoverAnswer, ApiError> {
        self.at_place(request, |query| Ok(HoverAnswer { hover: language::hover(query) })).await
    }

    /// Where what stands at a place of a prompt is defined.
    pub async fn prompt_definition(&self, request: PromptPlace) -> Result<DefinitionAnswer, ApiError> {
        self.at_place(request, |query| Ok(DefinitionAnswer { definition: language::definition(query) })).await
    }

    /// What changes when the variable at a place gets another name. Nothing is written.
    pub async fn prompt_rename_variable(&self, request: VariableRename) -> Result<Renaming, ApiError> {
        let VariableRename { place, to } = request;
        self.at_place(place, move |query| Ok(language::rename(query, &to)?)).await
    }

    async fn at_place<T: Send + 'static>(
        &self,
        place: PromptPlace,
        work: impl FnOnce(&Query<'_>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let registry = self.registry.clone();
        blocking(move || {
            let registry: &Registry = &registry;
            let PromptPlace { name, source, saved, part, at } = place;
            let name = name.map(|name| PromptName::new(&name)).transpose()?;
            let scope = Scope::now(registry);
            let scope = name.as_ref().map_or(scope, |name| scope.of(name));
            work(&Query { source: &source, saved: &saved, part, at, library: registry, scope })
        })
        .await
    }
}

impl From<RenameError> for ApiError {
    fn from(error: RenameError) -> Self {
        let code = match error {
            RenameError::Taken { .. } | RenameError::Included { .. } => Code::Conflict,
            _ => Code::Invalid,
        };
        Self::new(code, error.to_string())
    }
}
