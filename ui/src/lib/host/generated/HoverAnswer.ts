// Made from the list of commands by `cargo xtask bindings`.
import type { Hover } from "./Hover.ts";

/**
 * What stands at a place.
 */
export type HoverAnswer = {
/**
 * None where nothing is known of it.
 */
hover: Hover | null, };
