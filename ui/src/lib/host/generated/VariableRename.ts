// Made from the list of commands by `cargo xtask bindings`.
import type { PromptPlace } from "./PromptPlace.ts";

/**
 * Asks for another name for the variable at a place.
 */
export type VariableRename = {
/**
 * The place.
 */
place: PromptPlace,
/**
 * The new name.
 */
to: string, };
