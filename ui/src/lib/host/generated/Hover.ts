// Made from the list of commands by `cargo xtask bindings`.
import type { Fact } from "./Fact.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * What something is.
 */
export type Hover = {
/**
 * What it is said of, in code points of the part.
 */
range: TextRange,
/**
 * Its name, or how it is written.
 */
title: string,
/**
 * What it is, in a word or two.
 */
detail: string,
/**
 * What it does or is for.
 */
doc: string | null,
/**
 * What else is known of it, such as its saved values.
 */
facts: Array<Fact>, };
