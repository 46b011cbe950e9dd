// Made from the list of commands by `cargo xtask bindings`.
import type { SchemaFrom } from "./SchemaFrom.ts";

/**
 * Asks for a schema.
 */
export type SchemaInfer = {
/**
 * What the text is.
 */
from: SchemaFrom,
/**
 * The text.
 */
text: string, };
