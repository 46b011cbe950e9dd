// Made from the list of commands by `cargo xtask bindings`.
import type { ConfigUndo } from "./ConfigUndo.ts";
import type { RouteList } from "./RouteList.ts";

/**
 * What became of a change of a route.
 */
export type RouteChanged = {
/**
 * Every route, as it is now.
 */
list: RouteList,
/**
 * How to take the change back.
 */
undo: ConfigUndo, };
