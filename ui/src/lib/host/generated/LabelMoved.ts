// Made from the list of commands by `cargo xtask bindings`.
import type { LabelMove } from "./LabelMove.ts";
import type { Prompt } from "./Prompt.ts";

/**
 * What became of a label, and of its prompt.
 */
export type LabelMoved = {
/**
 * The prompt as it is now.
 */
prompt: Prompt,
/**
 * Where the label pointed and where it points.
 */
moved: LabelMove, };
