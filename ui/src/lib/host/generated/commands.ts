// Made from the list of commands by `cargo xtask bindings`.
import type { AnswerParse, AnswerParsed, AppInfo, BackupList, BudgetCourse, BudgetList, BudgetNamed, BudgetPreview, BudgetSet, BudgetsChanged, CallDetail, CallExport, CallExported, CallFacets, CallListRequest, CallNamed, CallPage, CallStart, CallsSave, Cancelled, Completions, ConfigPart, ConfigText, ConfigUndo, ConnectionTest, DefinitionAnswer, DiffAnswer, DiffRequest, DraftDiscarded, DraftSave, DrillList, DrillNamed, DrillStarted, Empty, EndpointSet, EndpointState, FileSaved, GatewayState, HoverAnswer, IncludesAnswer, IncludesRequest, ItemNamed, ItemRemoved, ItemSave, ItemSaved, KeyNamed, KeySet, LabelBack, LabelHistory, LabelMoved, LabelProtect, LabelSet, LocalServers, ModelAdd, ModelNamed, ModelSet, Preview, PreviewRequest, Prompt, PromptArchive, PromptCreate, PromptDeleted, PromptDetail, PromptExport, PromptExported, PromptImport, PromptImports, PromptList, PromptNamed, PromptPlace, PromptRename, PromptRestore, PromptSave, PromptSaved, PromptSearch, PromptSettled, PromptsFound, ProviderConnect, ProviderConnected, ProviderList, ProviderNamed, ProviderSet, ProviderTest, ProvidersChanged, RedirectSet, Redirects, Renaming, RouteChanged, RouteList, RouteNamed, RouteRename, RouteSet, SchemaInfer, SchemaInferred, SchemaModelList, SchemaModels, SchemaWrite, SchemaWritten, Session, SessionSet, Stored, Targets, TextDiff, TextDiffRequest, TokenCreate, TokenCreated, TokenList, TokenNamed, UsageExported, UsageReport, UsageRequest, ValuesSave, VariableRename, Version, VersionNamed, Vote, VoteCast, VoteList, VoteNamed } from "./index.ts";

/** Every command: what it takes and what it gives. */
export interface Commands {
  /** What a window needs to know before it can draw its frame. */
  app_info: { request: Empty; response: AppInfo };
  /** The window's layout and choices. */
  session_get: { request: Empty; response: Session };
  /** Keeps one value of the session. */
  session_set: { request: SessionSet; response: Stored };
  /** All prompts. */
  prompt_list: { request: Empty; response: PromptList };
  /** Everything that the editor needs to open a prompt. */
  prompt_get: { request: PromptNamed; response: PromptDetail };
  /** One version with its text. */
  prompt_version: { request: VersionNamed; response: Version };
  /** What a text would be: its lint, its rendering, its length and its price. */
  prompt_preview: { request: PreviewRequest; response: Preview };
  /** What may stand at a place of a prompt. */
  prompt_complete: { request: PromptPlace; response: Completions };
  /** What stands at a place of a prompt. */
  prompt_hover: { request: PromptPlace; response: HoverAnswer };
  /** Where what stands at a place of a prompt is defined. */
  prompt_definition: { request: PromptPlace; response: DefinitionAnswer };
  /** What changes when the variable at a place of a prompt gets another name; nothing is written. */
  prompt_rename_variable: { request: VariableRename; response: Renaming };
  /** Saves a version, and removes the draft. */
  prompt_save: { request: PromptSave; response: PromptSaved };
  /** Moves or removes a label. */
  prompt_label: { request: LabelSet; response: Prompt };
  /** Points a label to where it pointed before. */
  label_back: { request: LabelBack; response: LabelMoved };
  /** Lets a label be moved only when that is confirmed, or freely again. */
  label_protect: { request: LabelProtect; response: Prompt };
  /** What became of the labels of a prompt. */
  label_history: { request: PromptNamed; response: LabelHistory };
  /** Keeps the saved test values. */
  prompt_values: { request: ValuesSave; response: Prompt };
  /** Adds an item to the data set of a prompt. */
  item_save: { request: ItemSave; response: ItemSaved };
  /** Takes an item out of the data set of a prompt. */
  item_remove: { request: ItemNamed; response: ItemRemoved };
  /** Makes a prompt. */
  prompt_create: { request: PromptCreate; response: PromptDetail };
  /** Renames a prompt. */
  prompt_rename: { request: PromptRename; response: PromptDetail };
  /** The old names of prompts, and where they lead. */
  prompt_redirects: { request: Empty; response: Redirects };
  /** Lets an old name lead to a prompt, or nowhere. */
  prompt_redirect: { request: RedirectSet; response: Redirects };
  /** Settles what git could not merge in a prompt's files, so that both sides are kept. */
  prompt_settle: { request: PromptNamed; response: PromptSettled };
  /** Puts a prompt away, so that it is in no list, or takes it back. */
  prompt_archive: { request: PromptArchive; response: Prompt };
  /** The prompts that were put away. */
  prompt_archived: { request: Empty; response: PromptList };
  /** Searches names, labels, messages and texts. */
  prompt_search: { request: PromptSearch; response: PromptsFound };
  /** What a text includes, and what includes its prompt. */
  prompt_includes: { request: IncludesRequest; response: IncludesAnswer };
  /** Deletes a prompt so that it can be brought back. */
  prompt_delete: { request: PromptNamed; response: PromptDeleted };
  /** Brings a deleted prompt back. */
  prompt_restore: { request: PromptRestore; response: PromptDetail };
  /** What importing files of other tools would do. */
  prompt_import_preview: { request: PromptImport; response: PromptImports };
  /** Imports prompts from files of other tools. */
  prompt_import: { request: PromptImport; response: PromptImports };
  /** Writes versions for another tool into new files in the folder of downloads. */
  prompt_export: { request: PromptExport; response: PromptExported };
  /** The difference of two texts of a prompt, by words. */
  prompt_diff: { request: DiffRequest; response: DiffAnswer };
  /** The words that differ between two answers. */
  text_diff: { request: TextDiffRequest; response: TextDiff };
  /** Keeps a draft. */
  draft_save: { request: DraftSave; response: Stored };
  /** Throws a draft away. */
  draft_discard: { request: PromptNamed; response: DraftDiscarded };
  /** How an answer reads by a schema, and what had to be mended. */
  answer_parse: { request: AnswerParse; response: AnswerParsed };
  /** A schema from an example or from a snippet of code. */
  schema_infer: { request: SchemaInfer; response: SchemaInferred };
  /** A front matter with another schema of the answer, or what is wrong with the schema. Nothing is stored. */
  schema_write: { request: SchemaWrite; response: SchemaWritten };
  /** What each model enforces of a schema, and what is lost on the way to its provider. */
  schema_models: { request: SchemaModels; response: SchemaModelList };
  /** What a call may be served by. */
  target_list: { request: Empty; response: Targets };
  /** Starts a call. */
  call_start: { request: CallStart; response: CallNamed };
  /** Sends the conversation of a stored call again. */
  call_replay: { request: CallNamed; response: CallNamed };
  /** Cancels a call. */
  call_cancel: { request: CallNamed; response: Cancelled };
  /** Cancels every call that was started here. */
  call_cancel_all: { request: Empty; response: Cancelled };
  /** A page of the calls that are meant, newest first. */
  call_list: { request: CallListRequest; response: CallPage };
  /** One call with its texts and decisions. */
  call_get: { request: CallNamed; response: CallDetail };
  /** What a filter of calls can choose from. */
  call_facets: { request: Empty; response: CallFacets };
  /** One call in a form that other programs read. */
  call_export: { request: CallExport; response: CallExported };
  /** Writes one call into a new file in the folder of downloads. */
  call_save: { request: CallExport; response: FileSaved };
  /** Writes every call that is meant into a new file in the folder of downloads. */
  calls_save: { request: CallsSave; response: FileSaved };
  /** How providers do, what cools down, and whether the alarm rings. */
  gateway_state: { request: Empty; response: GatewayState };
  /** The drills that can be run. */
  drill_list: { request: Empty; response: DrillList };
  /** Starts the calls of a drill. */
  drill_run: { request: DrillNamed; response: DrillStarted };
  /** Casts a vote. */
  vote_cast: { request: VoteCast; response: Vote };
  /** Takes a vote back. */
  vote_undo: { request: VoteNamed; response: VoteList };
  /** The last votes. */
  vote_list: { request: Empty; response: VoteList };
  /** Every budget and what is used of it. */
  budget_list: { request: Empty; response: BudgetList };
  /** Changes a budget, or makes it. */
  budget_set: { request: BudgetSet; response: BudgetsChanged };
  /** How the account of a budget got to where it stands. */
  budget_course: { request: BudgetNamed; response: BudgetCourse };
  /** What a change of a budget would have refused or made cheaper in the last week. */
  budget_preview: { request: BudgetSet; response: BudgetPreview };
  /** What was used, by whom or when. */
  budget_usage: { request: UsageRequest; response: UsageReport };
  /** The same as a file. */
  budget_export: { request: UsageRequest; response: UsageExported };
  /** Removes a budget. */
  budget_remove: { request: BudgetNamed; response: BudgetsChanged };
  /** Every route, and every model that a route may name. */
  route_list: { request: Empty; response: RouteList };
  /** Changes or adds a route. */
  route_set: { request: RouteSet; response: RouteChanged };
  /** Gives a route another name. */
  route_rename: { request: RouteRename; response: RouteChanged };
  /** Removes a route. */
  route_remove: { request: RouteNamed; response: RouteChanged };
  /** Takes a change of signalbox.toml back. */
  config_undo: { request: ConfigUndo; response: RouteList };
  /** A part of signalbox.toml as it stands there. */
  config_part: { request: ConfigPart; response: ConfigText };
  /** Every provider. */
  provider_list: { request: Empty; response: ProviderList };
  /** Connects a provider in one step. */
  provider_connect: { request: ProviderConnect; response: ProviderConnected };
  /** Tests a provider without spending anything. */
  provider_test: { request: ProviderTest; response: ConnectionTest };
  /** Removes a provider with its models and its key. */
  provider_remove: { request: ProviderNamed; response: ProviderList };
  /** Looks for servers on this machine. */
  provider_discover: { request: Empty; response: LocalServers };
  /** Changes where a provider is. */
  provider_set: { request: ProviderSet; response: ProvidersChanged };
  /** Changes or adds a model. */
  model_set: { request: ModelSet; response: ProviderList };
  /** Adds a model that a provider has, under a name that is free. */
  model_add: { request: ModelAdd; response: ProvidersChanged };
  /** Removes a model, and takes it out of every chain. */
  model_remove: { request: ModelNamed; response: ProvidersChanged };
  /** Lets a model cost what the built-in table says. */
  model_list_price: { request: ModelNamed; response: ProvidersChanged };
  /** Keeps a key in the keychain. */
  key_set: { request: KeySet; response: ProviderList };
  /** Removes a key from the keychain. */
  key_delete: { request: KeyNamed; response: ProviderList };
  /** Looks at the keychain again, and asks for it to be unlocked. */
  keychain_unlock: { request: Empty; response: ProviderList };
  /** Keeps keys in memory until the application ends, because the user chose so. */
  keychain_use_memory: { request: Empty; response: ProviderList };
  /** How the local endpoint stands. */
  endpoint_get: { request: Empty; response: EndpointState };
  /** Switches the local endpoint on or off. */
  endpoint_set: { request: EndpointSet; response: EndpointState };
  /** Every app token. */
  token_list: { request: Empty; response: TokenList };
  /** Makes an app token, whose secret is in this answer and nowhere else. */
  token_create: { request: TokenCreate; response: TokenCreated };
  /** Revokes an app token: from now on nobody gets in with it. */
  token_revoke: { request: TokenNamed; response: TokenList };
  /** Copies the database into the folder backups beside it. */
  backup_make: { request: Empty; response: BackupList };
  /** The copies of the database that are there, and how large everything is. */
  backup_list: { request: Empty; response: BackupList };
}
