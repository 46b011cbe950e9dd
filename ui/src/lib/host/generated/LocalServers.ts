// Made from the list of commands by `cargo xtask bindings`.
import type { LocalServer } from "./LocalServer.ts";

/**
 * Servers on this machine.
 */
export type LocalServers = {
/**
 * Those looked for, running or not.
 */
servers: Array<LocalServer>, };
