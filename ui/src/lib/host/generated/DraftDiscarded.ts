// Made from the list of commands by `cargo xtask bindings`.
import type { Draft } from "./Draft.ts";

/**
 * A draft that was thrown away, so that it can be brought back by `draft_save`.
 */
export type DraftDiscarded = {
/**
 * What was thrown away.
 */
draft: Draft | null, };
