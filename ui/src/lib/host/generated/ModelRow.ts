// Made from the list of commands by `cargo xtask bindings`.
import type { Price } from "./Price.ts";
import type { PriceOrigin } from "./PriceOrigin.ts";
import type { Tier } from "./Tier.ts";

/**
 * A model of `signalbox.toml`.
 */
export type ModelRow = {
/**
 * Its name.
 */
name: string,
/**
 * Its identifier at the provider.
 */
id: string,
/**
 * Its capability class.
 */
tier: Tier,
/**
 * Its family, for the independence of judges.
 */
family: string | null,
/**
 * The price that is in force; none when it is unknown.
 */
price: Price | null,
/**
 * Where that price comes from.
 */
price_from: PriceOrigin,
/**
 * The context window in tokens.
 */
context_window: number | null,
/**
 * The longest answer in tokens.
 */
max_output: number | null,
/**
 * The routes that name it.
 */
routes: Array<string>, };
