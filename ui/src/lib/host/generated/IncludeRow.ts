// Made from the list of commands by `cargo xtask bindings`.
import type { IncludedVersion } from "./IncludedVersion.ts";

/**
 * One include of a text.
 */
export type IncludeRow = {
/**
 * What it names, such as `shared/tone@production`, as it is written.
 */
target: string,
/**
 * Its line in the template, from 1.
 */
line: number,
/**
 * The version that the text was saved with.
 */
frozen: IncludedVersion | null,
/**
 * The version that saving it now would take.
 */
now: IncludedVersion | null,
/**
 * Why saving it now would be refused.
 */
problem: string | null, };
