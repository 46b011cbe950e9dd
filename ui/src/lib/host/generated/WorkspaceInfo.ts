// Made from the list of commands by `cargo xtask bindings`.
import type { ConfigProblem } from "./ConfigProblem.ts";

/**
 * A workspace: a folder that people author.
 */
export type WorkspaceInfo = {
/**
 * Its name.
 */
name: string,
/**
 * Its folder.
 */
root: string,
/**
 * The git branch that is checked out, where there is one.
 */
branch: string | null,
/**
 * What is wrong in `signalbox.toml`; with an error the last good configuration stays in force.
 */
problems: Array<ConfigProblem>,
/**
 * The time zone of budgets, as an IANA name.
 */
time_zone: string, };
