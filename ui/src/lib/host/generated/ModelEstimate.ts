// Made from the list of commands by `cargo xtask bindings`.
import type { Money } from "./Money.ts";

/**
 * What one call would use and cost on one model.
 */
export type ModelEstimate = {
/**
 * The model's name in `signalbox.toml`.
 */
model: string,
/**
 * Input tokens.
 */
input: number,
/**
 * Whether they were counted with the model's own tokenizer.
 */
counted: boolean,
/**
 * The longest answer that would be asked for, in tokens.
 */
max_output: number,
/**
 * The most that the call could cost; none without a price.
 */
at_most: Money | null,
/**
 * Whether the model runs on this machine and costs nothing.
 */
free: boolean, };
