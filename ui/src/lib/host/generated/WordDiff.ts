// Made from the list of commands by `cargo xtask bindings`.
import type { DiffRow } from "./DiffRow.ts";

/**
 * A comparison of two texts in aligned rows.
 */
export type WordDiff = {
/**
 * The lines side by side, in order.
 */
rows: Array<DiffRow>,
/**
 * How many words the new text has that the old one hasn't.
 */
inserted_words: number,
/**
 * How many words the old text has that the new one hasn't.
 */
deleted_words: number, };
