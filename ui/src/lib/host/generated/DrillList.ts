// Made from the list of commands by `cargo xtask bindings`.
import type { DrillInfo } from "./DrillInfo.ts";

/**
 * The drills that can be run.
 */
export type DrillList = {
/**
 * In the order in which they are offered.
 */
drills: Array<DrillInfo>, };
