// Made from the list of commands by `cargo xtask bindings`.
import type { VoteId } from "./VoteId.ts";

/**
 * Names one vote.
 */
export type VoteNamed = {
/**
 * The vote.
 */
vote: VoteId, };
