// Made from the list of commands by `cargo xtask bindings`.
import type { Candidate } from "./Candidate.ts";
import type { RouteDetail } from "./RouteDetail.ts";
import type { RouteSettings } from "./RouteSettings.ts";

/**
 * Every route of the workspace.
 */
export type RouteList = {
/**
 * In the order of `signalbox.toml`.
 */
routes: Array<RouteDetail>,
/**
 * Every model that a route may name, in the order of `signalbox.toml`.
 */
candidates: Array<Candidate>,
/**
 * What a new route has where nothing else is said; it names no model.
 */
defaults: RouteSettings, };
