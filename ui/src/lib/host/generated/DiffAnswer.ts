// Made from the list of commands by `cargo xtask bindings`.
import type { WordDiff } from "./WordDiff.ts";

/**
 * A difference by words.
 */
export type DiffAnswer = {
/**
 * Aligned lines.
 */
diff: WordDiff, };
