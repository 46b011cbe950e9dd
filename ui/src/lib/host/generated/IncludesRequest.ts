// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * Asks what a text includes.
 */
export type IncludesRequest = {
/**
 * The prompt whose text it is.
 */
name: string,
/**
 * The text; none for the newest version.
 */
source?: Source | null, };
