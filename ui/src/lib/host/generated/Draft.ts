// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * The unsaved text of a prompt.
 */
export type Draft = {
/**
 * The text.
 */
source: Source,
/**
 * The version that it was made from.
 */
base: number,
/**
 * When it was last saved.
 */
saved_at: string, };
