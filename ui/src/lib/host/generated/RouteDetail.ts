// Made from the list of commands by `cargo xtask bindings`.
import type { Pin } from "./Pin.ts";
import type { RouteSettings } from "./RouteSettings.ts";

/**
 * A route and what can be said of it.
 */
export type RouteDetail = {
/**
 * Its name.
 */
name: string,
/**
 * What it says.
 */
settings: RouteSettings,
/**
 * Whether each of its judges may check what each of its models writes.
 */
pins: Array<Pin>, };
