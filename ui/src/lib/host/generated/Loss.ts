// Made from the list of commands by `cargo xtask bindings`.
import type { LossKind } from "./LossKind.ts";

/**
 * Something that couldn't be carried, with its place.
 */
export type Loss = {
/**
 * The file or the prompt that it is in.
 */
file: string,
/**
 * The part of it, as a path such as `inputs.tone.default` or `prompts[1]`.
 */
part: string,
/**
 * Its line in that file, from 1, where that is known.
 */
line: number | null,
/**
 * What became of it.
 */
kind: LossKind,
/**
 * What it is.
 */
what: string,
/**
 * What to do about it.
 */
advice: string, };
