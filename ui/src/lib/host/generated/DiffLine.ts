// Made from the list of commands by `cargo xtask bindings`.
import type { DiffSpan } from "./DiffSpan.ts";

/**
 * A line with its changes.
 */
export type DiffLine = {
/**
 * Its number in its text, from 1.
 */
number: number,
/**
 * Its text in pieces. An empty line has none.
 */
spans: Array<DiffSpan>, };
