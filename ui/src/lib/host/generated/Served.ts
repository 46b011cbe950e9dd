// Made from the list of commands by `cargo xtask bindings`.
import type { Tier } from "./Tier.ts";

/**
 * Who really answered.
 */
export type Served = {
/**
 * The provider's name in `signalbox.toml`.
 */
provider: string,
/**
 * The model's name in `signalbox.toml`.
 */
model: string,
/**
 * The model as the provider names what it served.
 */
reported: string | null,
/**
 * Its capability class.
 */
tier: Tier, };
