// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";
import type { Choice } from "./Choice.ts";
import type { VoteId } from "./VoteId.ts";

/**
 * A vote.
 */
export type Vote = {
/**
 * Its identifier.
 */
id: VoteId,
/**
 * When it was cast.
 */
at: string,
/**
 * The answers' calls.
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
