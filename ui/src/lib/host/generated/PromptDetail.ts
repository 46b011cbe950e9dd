// Made from the list of commands by `cargo xtask bindings`.
import type { Draft } from "./Draft.ts";
import type { Prompt } from "./Prompt.ts";
import type { Source } from "./Source.ts";

/**
 * Everything that the editor needs to open a prompt.
 */
export type PromptDetail = {
/**
 * Versions, labels and saved values.
 */
prompt: Prompt,
/**
 * The unsaved text, where there is one.
 */
draft: Draft | null,
/**
 * The text of the latest version; none when it can't be read or was changed after it was saved.
 */
latest: Source | null, };
