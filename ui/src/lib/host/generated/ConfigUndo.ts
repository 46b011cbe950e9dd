// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";

/**
 * Takes a change of `signalbox.toml` back, as long as nothing else has changed it since.
 */
export type ConfigUndo = {
/**
 * The text before the change.
 */
before: string,
/**
 * The hash of the text after it.
 */
after: ContentHash, };
