// Made from the list of commands by `cargo xtask bindings`.
import type { Definition } from "./Definition.ts";

/**
 * Where what stands at a place comes from.
 */
export type DefinitionAnswer = {
/**
 * None where it comes from nowhere.
 */
definition: Definition | null, };
