// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * The text that a call sends.
 */
export type CallText = { "kind": "label",
/**
 * The prompt.
 */
name: string,
/**
 * The label.
 */
label: string, } | { "kind": "version",
/**
 * The prompt.
 */
name: string,
/**
 * The version.
 */
number: number, } | { "kind": "draft",
/**
 * The prompt.
 */
name: string,
/**
 * The text.
 */
source: Source, };
