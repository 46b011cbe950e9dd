// Made from the list of commands by `cargo xtask bindings`.
import type { Tier } from "./Tier.ts";

/**
 * An ordered list of candidates.
 */
export type TierChain = {
/**
 * The tier that it serves; none for all.
 */
tier: Tier | null,
/**
 * The models, first to last.
 */
models: Array<string>, };
