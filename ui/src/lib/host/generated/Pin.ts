// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";
import type { Target } from "./Target.ts";

/**
 * An include as it was settled when its prompt was saved.
 */
export type Pin = {
/**
 * What the template says, such as `shared/tone@production`.
 */
prompt: Target,
/**
 * The version that it meant.
 */
version: number,
/**
 * The hash of that version's text, which is what counts.
 */
hash: ContentHash, };
