// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";
import type { SettlementKind } from "./SettlementKind.ts";

/**
 * What a call really cost.
 */
export type Settlement = {
/**
 * The amount.
 */
amount: Money,
/**
 * How sure it is.
 */
kind: SettlementKind, };
