// Made from the list of commands by `cargo xtask bindings`.
import type { InlineSpan } from "./InlineSpan.ts";

/**
 * The words that differ.
 */
export type TextDiff = {
/**
 * Both texts in one, in pieces.
 */
spans: Array<InlineSpan>, };
