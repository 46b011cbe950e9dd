// Made from the list of commands by `cargo xtask bindings`.
import type { LabelChoice } from "./LabelChoice.ts";
import type { Renumbered } from "./Renumbered.ts";

/**
 * What became of a conflict.
 */
export type Settled = {
/**
 * The versions of the other side whose numbers were taken, with the numbers that they have now.
 */
renumbered: Array<Renumbered>,
/**
 * The labels that both sides have moved. They point to where this side has moved them.
 */
labels: Array<LabelChoice>, };
