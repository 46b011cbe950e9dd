// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";
import type { SavedValues } from "./SavedValues.ts";

/**
 * Keeps the saved test values of a prompt.
 */
export type ValuesSave = {
/**
 * The prompt.
 */
name: string,
/**
 * All of its saved values, in their order.
 */
values: Array<SavedValues>,
/**
 * The `values_hash` of the prompt as it was read, so that nobody else's change is overwritten.
 */
values_hash: ContentHash | null, };
