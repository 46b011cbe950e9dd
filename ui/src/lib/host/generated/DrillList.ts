// Made from the list of commands by `cargo xtask bindings`.
import type { Drill } from "./Drill.ts";

/**
 * Every drill.
 */
export type DrillList = {
/**
 * The drills.
 */
drills: Array<Drill>, };
