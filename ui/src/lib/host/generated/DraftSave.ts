// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * Keeps a draft. It is in the database when the command answers.
 */
export type DraftSave = {
/**
 * The prompt.
 */
name: string,
/**
 * The text.
 */
source: Source,
/**
 * The version that it was made from.
 */
base: number, };
