// Made from the list of commands by `cargo xtask bindings`.
import type { Part } from "./Part.ts";
import type { PromptName } from "./PromptName.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * Where something comes from.
 */
export type Definition = { "kind": "here",
/**
 * The part.
 */
part: Part,
/**
 * The place in it, in code points.
 */
range: TextRange, } | { "kind": "prompt",
/**
 * Its name.
 */
name: PromptName,
/**
 * The version that is meant, where it can be found.
 */
version: number | null, };
