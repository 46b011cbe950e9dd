// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";
import type { SettlementKind } from "./SettlementKind.ts";

/**
 * What a call really cost.
 */
export type Settlement = {
/**
 * The amount; at least so much where it is a lower bound.
 */
amount: Money,
/**
 * How sure it is.
 */
kind: SettlementKind,
/**
 * What the budgets keep beyond it, because a provider that failed may charge up to so much more.
 */
doubtful: Money,
/**
 * How far it went over what was held: a provider's own overshoot of the longest answer allowed.
 */
over: Money, };
