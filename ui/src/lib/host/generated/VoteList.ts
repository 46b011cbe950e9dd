// Made from the list of commands by `cargo xtask bindings`.
import type { Vote } from "./Vote.ts";

/**
 * Votes, newest first.
 */
export type VoteList = {
/**
 * The votes that weren't taken back.
 */
votes: Array<Vote>, };
