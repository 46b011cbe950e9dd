// Made from the list of commands by `cargo xtask bindings`.
import type { ConnectionTest } from "./ConnectionTest.ts";

/**
 * What became of it.
 */
export type ProviderConnected = {
/**
 * The provider's name.
 */
name: string,
/**
 * The names of the models that were added.
 */
added: Array<string>,
/**
 * The test's steps.
 */
test: ConnectionTest,
/**
 * Whether the default route now begins with the first of these models.
 */
routed: boolean, };
