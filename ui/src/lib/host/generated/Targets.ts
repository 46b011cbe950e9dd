// Made from the list of commands by `cargo xtask bindings`.
import type { RouteRow } from "./RouteRow.ts";
import type { TargetModel } from "./TargetModel.ts";

/**
 * What a call may be served by.
 */
export type Targets = {
/**
 * The routes of the workspace.
 */
routes: Array<RouteRow>,
/**
 * The models of the workspace.
 */
models: Array<TargetModel>, };
