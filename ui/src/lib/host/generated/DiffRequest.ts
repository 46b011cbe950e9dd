// Made from the list of commands by `cargo xtask bindings`.
import type { DiffOf } from "./DiffOf.ts";
import type { DiffWhat } from "./DiffWhat.ts";

/**
 * Asks for a difference by words.
 */
export type DiffRequest = {
/**
 * The prompt.
 */
name: string,
/**
 * The older side.
 */
left: DiffOf,
/**
 * The newer side.
 */
right: DiffOf,
/**
 * What is compared.
 */
what: DiffWhat,
/**
 * The values to render with.
 */
values: Record<string, unknown>, };
