// Made from the list of commands by `cargo xtask bindings`.
import type { Protocol } from "./Protocol.ts";
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
 * The protocol in which the provider was asked, and in which it says what has no place elsewhere.
 */
protocol?: Protocol,
/**
 * Its capability class.
 */
tier: Tier, };
