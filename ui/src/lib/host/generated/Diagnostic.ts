// Made from the list of commands by `cargo xtask bindings`.
import type { Fix } from "./Fix.ts";
import type { Part } from "./Part.ts";
import type { Severity } from "./Severity.ts";
import type { TextRange } from "./TextRange.ts";

/**
 * One problem or note, with its place.
 */
export type Diagnostic = {
/**
 * Where `range`, `line` and `column` count.
 */
part: Part,
/**
 * The text that it is about, in code points of its part.
 */
range: TextRange,
/**
 * The line of the range's start in its part, from 1.
 */
line: number,
/**
 * The column of the range's start, from 1, in code points.
 */
column: number,
/**
 * How bad it is.
 */
severity: Severity,
/**
 * The kind of problem in kebab-case, the same in every release.
 */
code: string,
/**
 * What is wrong and what to do, in a sentence.
 */
message: string,
/**
 * A change that solves it.
 */
fix: Fix | null, };
