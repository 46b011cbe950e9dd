//! The one list of commands that the window may call.

/// Hands the list to another macro: `name(Request) -> Response;` for each command, with types of [`crate::types`].
///
/// Dispatch, the window's registration and permissions, the loopback host, the TypeScript client and the table in the
/// documentation are all made from it; a command that isn't here can't be called. Every command may fail with an
/// [`crate::ApiError`].
#[macro_export]
macro_rules! commands {
    ($then:ident) => {
        $then! {
            /// What a window needs to know before it can draw its frame.
            app_info(Empty) -> AppInfo;
            /// The window's layout and choices.
            session_get(Empty) -> Session;
            /// Keeps one value of the session.
            session_set(SessionSet) -> Stored;

            /// All prompts.
            prompt_list(Empty) -> PromptList;
            /// Everything that the editor needs to open a prompt.
            prompt_get(PromptNamed) -> PromptDetail;
            /// One version with its text.
            prompt_version(VersionNamed) -> Version;
            /// What a text would be: its lint, its rendering, its length and its price.
            prompt_preview(PreviewRequest) -> Preview;
            /// What may stand at a place of a prompt.
            prompt_complete(PromptPlace) -> Completions;
            /// What stands at a place of a prompt.
            prompt_hover(PromptPlace) -> HoverAnswer;
            /// Where what stands at a place of a prompt is defined.
            prompt_definition(PromptPlace) -> DefinitionAnswer;
            /// What changes when the variable at a place of a prompt gets another name; nothing is written.
            prompt_rename_variable(VariableRename) -> Renaming;
            /// Saves a version, and removes the draft.
            prompt_save(PromptSave) -> PromptSaved;
            /// Moves or removes a label.
            prompt_label(LabelSet) -> Prompt;
            /// Points a label to where it pointed before.
            label_back(LabelBack) -> LabelMoved;
            /// Lets a label be moved only when that is confirmed, or freely again.
            label_protect(LabelProtect) -> Prompt;
            /// What became of the labels of a prompt.
            label_history(PromptNamed) -> LabelHistory;
            /// Keeps the saved test values.
            prompt_values(ValuesSave) -> Prompt;
            /// Adds an item to the data set of a prompt.
            item_save(ItemSave) -> ItemSaved;
            /// Takes an item out of the data set of a prompt.
            item_remove(ItemNamed) -> ItemRemoved;
            /// Makes a prompt.
            prompt_create(PromptCreate) -> PromptDetail;
            /// Renames a prompt.
            prompt_rename(PromptRename) -> PromptDetail;
            /// The old names of prompts, and where they lead.
            prompt_redirects(Empty) -> Redirects;
            /// Lets an old name lead to a prompt, or nowhere.
            prompt_redirect(RedirectSet) -> Redirects;
            /// Settles what git could not merge in a prompt's files, so that both sides are kept.
            prompt_settle(PromptNamed) -> PromptSettled;
            /// Puts a prompt away, so that it is in no list, or takes it back.
            prompt_archive(PromptArchive) -> Prompt;
            /// The prompts that were put away.
            prompt_archived(Empty) -> PromptList;
            /// Searches names, labels, messages and texts.
            prompt_search(PromptSearch) -> PromptsFound;
            /// What a text includes, and what includes its prompt.
            prompt_includes(IncludesRequest) -> IncludesAnswer;
            /// Deletes a prompt so that it can be brought back.
            prompt_delete(PromptNamed) -> PromptDeleted;
            /// Brings a deleted prompt back.
            prompt_restore(PromptRestore) -> PromptDetail;
            /// What importing files of other tools would do.
            prompt_import_preview(PromptImport) -> PromptImports;
            /// Imports prompts from files of other tools.
            prompt_import(PromptImport) -> PromptImports;
            /// Writes versions for another tool into new files in the folder of downloads.
            prompt_export(PromptExport) -> PromptExported;
            /// The difference of two texts of a prompt, by words.
            prompt_diff(DiffRequest) -> DiffAnswer;
            /// The words that differ between two answers.
            text_diff(TextDiffRequest) -> TextDiff;
            /// Keeps a draft.
            draft_save(DraftSave) -> Stored;
            /// Throws a draft away.
            draft_discard(PromptNamed) -> DraftDiscarded;

            /// How an answer reads by a schema, and what had to be mended.
            answer_parse(AnswerParse) -> AnswerParsed;
            /// A schema from an example or from a snippet of code.
            schema_infer(SchemaInfer) -> SchemaInferred;
            /// A front matter with another schema of the answer, or what is wrong with the schema. Nothing is stored.
            schema_write(SchemaWrite) -> SchemaWritten;
            /// What each model enforces of a schema, and what is lost on the way to its provider.
            schema_models(SchemaModels) -> SchemaModelList;

            /// What a call may be served by.
            target_list(Empty) -> Targets;
            /// Starts a call.
            call_start(CallStart) -> CallNamed;
            /// Sends the conversation of a stored call again.
            call_replay(CallNamed) -> CallNamed;
            /// Cancels a call.
            call_cancel(CallNamed) -> Cancelled;
            /// Cancels every call that was started here.
            call_cancel_all(Empty) -> Cancelled;
            /// A page of the calls that are meant, newest first.
            call_list(CallListRequest) -> CallPage;
            /// One call with its texts and decisions.
            call_get(CallNamed) -> CallDetail;
            /// What a filter of calls can choose from.
            call_facets(Empty) -> CallFacets;
            /// One call in a form that other programs read.
            call_export(CallExport) -> CallExported;
            /// Writes one call into a new file in the folder of downloads.
            call_save(CallExport) -> FileSaved;
            /// Writes every call that is meant into a new file in the folder of downloads.
            calls_save(CallsSave) -> FileSaved;

            /// How providers do, what cools down, and whether the alarm rings.
            gateway_state(Empty) -> GatewayState;
            /// The drills that can be run.
            drill_list(Empty) -> DrillList;
            /// Starts the calls of a drill.
            drill_run(DrillNamed) -> DrillStarted;

            /// Casts a vote.
            vote_cast(VoteCast) -> Vote;
            /// Takes a vote back.
            vote_undo(VoteNamed) -> VoteList;
            /// The last votes.
            vote_list(Empty) -> VoteList;

            /// Every budget and what is used of it.
            budget_list(Empty) -> BudgetList;
            /// Changes a budget, or makes it.
            budget_set(BudgetSet) -> BudgetsChanged;
            /// How the account of a budget got to where it stands.
            budget_course(BudgetNamed) -> BudgetCourse;
            /// What a change of a budget would have refused or made cheaper in the last week.
            budget_preview(BudgetSet) -> BudgetPreview;
            /// What was used, by whom or when.
            budget_usage(UsageRequest) -> UsageReport;
            /// The same as a file.
            budget_export(UsageRequest) -> UsageExported;
            /// Removes a budget.
            budget_remove(BudgetNamed) -> BudgetsChanged;

            /// Every route, and every model that a route may name.
            route_list(Empty) -> RouteList;
            /// Changes or adds a route.
            route_set(RouteSet) -> RouteChanged;
            /// Gives a route another name.
            route_rename(RouteRename) -> RouteChanged;
            /// Removes a route.
            route_remove(RouteNamed) -> RouteChanged;
            /// Takes a change of signalbox.toml back.
            config_undo(ConfigUndo) -> RouteList;
            /// A part of signalbox.toml as it stands there.
            config_part(ConfigPart) -> ConfigText;

            /// Every provider.
            provider_list(Empty) -> ProviderList;
            /// Connects a provider in one step.
            provider_connect(ProviderConnect) -> ProviderConnected;
            /// Tests a provider without spending anything.
            provider_test(ProviderTest) -> ConnectionTest;
            /// Removes a provider with its models and its key.
            provider_remove(ProviderNamed) -> ProviderList;
            /// Looks for servers on this machine.
            provider_discover(Empty) -> LocalServers;
            /// Changes where a provider is.
            provider_set(ProviderSet) -> ProvidersChanged;
            /// Changes or adds a model.
            model_set(ModelSet) -> ProviderList;
            /// Adds a model that a provider has, under a name that is free.
            model_add(ModelAdd) -> ProvidersChanged;
            /// Removes a model, and takes it out of every chain.
            model_remove(ModelNamed) -> ProvidersChanged;
            /// Lets a model cost what the built-in table says.
            model_list_price(ModelNamed) -> ProvidersChanged;
            /// Keeps a key in the keychain.
            key_set(KeySet) -> ProviderList;
            /// Removes a key from the keychain.
            key_delete(KeyNamed) -> ProviderList;
            /// Looks at the keychain again, and asks for it to be unlocked.
            keychain_unlock(Empty) -> ProviderList;
            /// Keeps keys in memory until the application ends, because the user chose so.
            keychain_use_memory(Empty) -> ProviderList;

            /// How the local endpoint stands.
            endpoint_get(Empty) -> EndpointState;
            /// Switches the local endpoint on or off.
            endpoint_set(EndpointSet) -> EndpointState;
            /// Every app token.
            token_list(Empty) -> TokenList;
            /// Makes an app token, whose secret is in this answer and nowhere else.
            token_create(TokenCreate) -> TokenCreated;
            /// Revokes an app token: from now on nobody gets in with it.
            token_revoke(TokenNamed) -> TokenList;

            /// Copies the database into the folder backups beside it.
            backup_make(Empty) -> BackupList;
            /// The copies of the database that are there, and how large everything is.
            backup_list(Empty) -> BackupList;
        }
    };
}
