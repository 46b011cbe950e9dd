// Made from the list of commands by `cargo xtask bindings`.
import type { LocalKind } from "./LocalKind.ts";

/**
 * What was found at one place.
 */
export type LocalServer = {
/**
 * What usually listens there.
 */
kind: LocalKind,
/**
 * Its name for people.
 */
name: string,
/**
 * Where its protocol begins, as it would stand in `signalbox.toml`.
 */
base_url: string,
/**
 * The ids of its models.
 */
models: Array<string>,
/**
 * Whether a server of models answers there. Something else on that port doesn't count.
 */
running: boolean, };
