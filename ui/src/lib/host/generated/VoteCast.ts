// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";
import type { Choice } from "./Choice.ts";

/**
 * Casts a vote.
 */
export type VoteCast = {
/**
 * The answers' calls, as they stood from left to right.
 */
calls: Array<CallId>,
/**
 * What was chosen.
 */
choice: Choice,
/**
 * Whether the heads of the panes were hidden.
 */
blind: boolean, };
