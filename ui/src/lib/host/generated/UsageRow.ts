// Made from the list of commands by `cargo xtask bindings`.
import type { Amounts } from "./Amounts.ts";

/**
 * What one of them has used.
 */
export type UsageRow = {
/**
 * Who, or which day, such as `2026-11-22`.
 */
name: string,
/**
 * How much.
 */
used: Amounts, };
