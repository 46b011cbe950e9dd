// Made from the list of commands by `cargo xtask bindings`.
import type { ExportedFile } from "./ExportedFile.ts";
import type { Loss } from "./Loss.ts";

/**
 * What an export has written.
 */
export type PromptExported = {
/**
 * The files.
 */
files: Array<ExportedFile>,
/**
 * What couldn't be carried. A prompt with a loss that is `refused` has no file.
 */
losses: Array<Loss>, };
