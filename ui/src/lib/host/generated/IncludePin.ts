// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";
import type { IncludeTarget } from "./IncludeTarget.ts";

/**
 * An include as it was settled when its prompt was saved.
 */
export type IncludePin = {
/**
 * What the template says, such as `shared/tone@production`.
 */
prompt: IncludeTarget,
/**
 * The version that it meant.
 */
version: number,
/**
 * The hash of that version's text, which is what counts.
 */
hash: ContentHash, };
