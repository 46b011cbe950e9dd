// Made from the list of commands by `cargo xtask bindings`.
import type { Block } from "./Block.ts";

/**
 * What a message holds.
 */
export type Content = string | Array<Block>;
