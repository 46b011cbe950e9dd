// Made from the list of commands by `cargo xtask bindings`.
import type { ConfigSection } from "./ConfigSection.ts";

/**
 * Asks for a part of `signalbox.toml` as it stands there.
 */
export type ConfigPart = {
/**
 * Which kind of table.
 */
section: ConfigSection,
/**
 * Its name.
 */
name: string, };
