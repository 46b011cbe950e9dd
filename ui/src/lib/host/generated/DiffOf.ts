// Made from the list of commands by `cargo xtask bindings`.
import type { Source } from "./Source.ts";

/**
 * One side of a difference.
 */
export type DiffOf = { "kind": "version",
/**
 * Its number.
 */
number: number, } | { "kind": "text",
/**
 * The text.
 */
source: Source, };
