// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * What a model's tokens cost, in money per million tokens.
 */
export type Price = {
/**
 * A million input tokens.
 */
input: Money,
/**
 * A million input tokens that the provider had cached; the input price where it has none of its own.
 */
cached_input: Money,
/**
 * A million output tokens, reasoning included.
 */
output: Money, };
