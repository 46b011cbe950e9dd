// Made from the list of commands by `cargo xtask bindings`.
import type { DiffLine } from "./DiffLine.ts";

/**
 * A line of the old text, of the new one, or two that belong together.
 */
export type DiffRow = {
/**
 * The line of the old text.
 */
left: DiffLine | null,
/**
 * The line of the new text.
 */
right: DiffLine | null,
/**
 * Whether the two sides differ.
 */
changed: boolean, };
