// Made from the list of commands by `cargo xtask bindings`.
import type { Diagnostic } from "./Diagnostic.ts";
import type { Document } from "./Document.ts";
import type { ModelEstimate } from "./ModelEstimate.ts";
import type { Rendered } from "./Rendered.ts";

/**
 * What a text would be.
 */
export type Preview = {
/**
 * What lint says.
 */
diagnostics: Array<Diagnostic>,
/**
 * The front matter, where it can be read.
 */
document: Document | null,
/**
 * The prompt as rendered.
 */
rendered: Rendered | null,
/**
 * Why it couldn't be rendered.
 */
problem: Diagnostic | null,
/**
 * Tokens of each rendered message, in their order, as an estimate.
 */
message_tokens: number[],
/**
 * What one call would use and cost on each model of the workspace.
 */
estimates: Array<ModelEstimate>, };
