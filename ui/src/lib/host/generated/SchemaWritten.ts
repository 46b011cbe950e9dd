// Made from the list of commands by `cargo xtask bindings`.
import type { Diagnostic } from "./Diagnostic.ts";

/**
 * A front matter with another schema of the answer.
 */
export type SchemaWritten = {
/**
 * What is wrong with the schema, or probably not meant, at its place in it.
 */
diagnostics: Array<Diagnostic>,
/**
 * The front matter; none where the schema is none.
 */
head: string | null, };
