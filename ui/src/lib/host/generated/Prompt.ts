// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";
import type { PromptSummary } from "./PromptSummary.ts";
import type { SavedValues } from "./SavedValues.ts";
import type { VersionInfo } from "./VersionInfo.ts";

/**
 * A prompt with its versions.
 */
export type Prompt = {
/**
 * As in the list.
 */
summary: PromptSummary,
/**
 * All versions, newest first.
 */
versions: Array<VersionInfo>,
/**
 * Saved test values, in the file's order.
 */
values: Array<SavedValues>,
/**
 * The hash of `values.yaml` as it was read, to be given when they are saved. Nothing when there is no file.
 */
values_hash: ContentHash | null,
/**
 * Why the test values can't be read.
 */
values_problem: string | null, };
