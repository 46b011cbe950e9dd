// Made from the list of commands by `cargo xtask bindings`.
import type { Independence } from "./Independence.ts";

/**
 * Whether one judge may check what one model writes, as far as `signalbox.toml` says.
 */
export type Pin = {
/**
 * The model that writes.
 */
writer: string,
/**
 * The model that judges.
 */
judge: string,
/**
 * Whether it is independent.
 */
independence: Independence,
/**
 * Whether its tier is high enough.
 */
strong_enough: boolean, };
