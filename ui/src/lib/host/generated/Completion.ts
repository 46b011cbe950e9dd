// Made from the list of commands by `cargo xtask bindings`.
import type { CompletionKind } from "./CompletionKind.ts";

/**
 * One thing that may stand at a place.
 */
export type Completion = {
/**
 * What is shown.
 */
label: string,
/**
 * What is written.
 */
insert: string,
/**
 * What it is.
 */
kind: CompletionKind,
/**
 * A word or two beside it, such as a variable's kind.
 */
detail: string | null,
/**
 * What it does, in a sentence.
 */
doc: string | null, };
