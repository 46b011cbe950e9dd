// Made from the list of commands by `cargo xtask bindings`.
import type { ProblemRange } from "./ProblemRange.ts";
import type { ProblemSeverity } from "./ProblemSeverity.ts";

/**
 * Something wrong or doubtful in `signalbox.toml`.
 */
export type ConfigProblem = {
/**
 * How bad it is.
 */
severity: ProblemSeverity,
/**
 * The line, from 1.
 */
line: number,
/**
 * The column in code points, from 1.
 */
column: number,
/**
 * The text that it is about.
 */
range: ProblemRange,
/**
 * What is wrong.
 */
message: string,
/**
 * What to do.
 */
hint: string | null, };
