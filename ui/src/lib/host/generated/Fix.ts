// Made from the list of commands by `cargo xtask bindings`.
import type { TextRange } from "./TextRange.ts";

/**
 * A change of the text that solves a problem.
 */
export type Fix = {
/**
 * What it does, as a button says it.
 */
title: string,
/**
 * The new text.
 */
replacement: string,
/**
 * What it replaces, in the same part as the diagnostic.
 */
range: TextRange, };
