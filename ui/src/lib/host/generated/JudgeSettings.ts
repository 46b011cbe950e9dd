// Made from the list of commands by `cargo xtask bindings`.
import type { Tier } from "./Tier.ts";

/**
 * Who checks answers.
 */
export type JudgeSettings = {
/**
 * The judges, first to last.
 */
models: Array<string>,
/**
 * The lowest tier that a judge may have; none for that of the generator.
 */
min_tier: Tier | null, };
