// Made from the list of commands by `cargo xtask bindings`.
import type { KeychainState } from "./KeychainState.ts";
import type { PriceSource } from "./PriceSource.ts";
import type { WorkspaceInfo } from "./WorkspaceInfo.ts";

/**
 * What a window needs to know before it can draw its frame.
 */
export type AppInfo = {
/**
 * The application's version.
 */
version: string,
/**
 * The workspace that is open.
 */
workspace: WorkspaceInfo,
/**
 * The folder of the state: one database and the logs.
 */
home: string,
/**
 * The folder of the logs.
 */
logs: string,
/**
 * Where prices come from.
 */
prices: PriceSource,
/**
 * The state of the keychain.
 */
keychain: KeychainState,
/**
 * Calls that were under way when the application last stopped, and were marked as interrupted at this start.
 */
interrupted: number,
/**
 * Whether this state folder was made just now.
 */
first_start: boolean,
/**
 * The operating system: `linux`, `macos` or `windows`.
 */
platform: string, };
