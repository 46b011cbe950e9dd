// Made from the list of commands by `cargo xtask bindings`.
import type { Origin } from "./Origin.ts";

/**
 * A piece of a message.
 */
export type Segment = {
/**
 * The text.
 */
text: string,
/**
 * Where it comes from.
 */
origin: Origin, };
