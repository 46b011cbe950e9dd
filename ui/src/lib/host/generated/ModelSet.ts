// Made from the list of commands by `cargo xtask bindings`.
import type { PriceText } from "./PriceText.ts";
import type { Tier } from "./Tier.ts";

/**
 * Changes a model, or adds it. What is absent stays as it is.
 */
export type ModelSet = {
/**
 * Its name.
 */
name: string,
/**
 * Its provider; needed for a new one.
 */
provider: string | null,
/**
 * Its identifier at the provider.
 */
id: string | null,
/**
 * Its capability class.
 */
tier: Tier | null,
/**
 * Its price, in dollars per million tokens as people write them.
 */
price: PriceText | null, };
