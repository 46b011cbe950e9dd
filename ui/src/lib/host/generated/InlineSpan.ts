// Made from the list of commands by `cargo xtask bindings`.
import type { InlineKind } from "./InlineKind.ts";

/**
 * A piece of two texts written as one.
 */
export type InlineSpan = {
/**
 * The text.
 */
text: string,
/**
 * Which of the two has it.
 */
kind: InlineKind, };
