// Made from the list of commands by `cargo xtask bindings`.
import type { LabelChange } from "./LabelChange.ts";

/**
 * What became of the labels of a prompt.
 */
export type LabelHistory = {
/**
 * Newest first.
 */
changes: Array<LabelChange>, };
