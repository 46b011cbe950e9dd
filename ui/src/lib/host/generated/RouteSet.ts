// Made from the list of commands by `cargo xtask bindings`.
import type { RouteSettings } from "./RouteSettings.ts";

/**
 * Changes a route, or adds it.
 */
export type RouteSet = {
/**
 * Its name.
 */
name: string,
/**
 * All that it shall say.
 */
settings: RouteSettings, };
