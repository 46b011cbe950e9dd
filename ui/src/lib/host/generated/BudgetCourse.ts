// Made from the list of commands by `cargo xtask bindings`.
import type { CoursePoint } from "./CoursePoint.ts";

/**
 * How the account of a budget that is shown got to where it stands.
 */
export type BudgetCourse = {
/**
 * The budget's name.
 */
name: string,
/**
 * The account, such as `user:ann`.
 */
account: string,
/**
 * When the period began; for a limit in all, from when on is shown.
 */
from: string,
/**
 * When it ends; never for a limit in all.
 */
to: string | null,
/**
 * What had been used by when, in the limit's unit; the last is now.
 */
points: Array<CoursePoint>, };
