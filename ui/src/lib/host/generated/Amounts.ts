// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * So much of each unit. Arithmetic saturates: an amount can't wrap round to "free".
 */
export type Amounts = {
/**
 * Money.
 */
money: Money,
/**
 * Tokens, input and output together.
 */
tokens: number,
/**
 * Calls.
 */
requests: number, };
