// Made from the list of commands by `cargo xtask bindings`.
import type { ImportRow } from "./ImportRow.ts";
import type { Unread } from "./Unread.ts";

/**
 * What an import does, or has done.
 */
export type PromptImports = {
/**
 * The prompts, in the order of their files.
 */
prompts: Array<ImportRow>,
/**
 * The files that couldn't be read.
 */
unread: Array<Unread>, };
