// Made from the list of commands by `cargo xtask bindings`.
import type { RenderedMessage } from "./RenderedMessage.ts";

/**
 * A rendered prompt.
 */
export type Rendered = {
/**
 * The messages in order. There is always at least one.
 */
messages: Array<RenderedMessage>, };
