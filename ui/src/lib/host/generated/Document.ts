// Made from the list of commands by `cargo xtask bindings`.
import type { Example } from "./Example.ts";
import type { IncludePin } from "./IncludePin.ts";
import type { Params } from "./Params.ts";
import type { Tool } from "./Tool.ts";
import type { Variable } from "./Variable.ts";

/**
 * The front matter of a version.
 */
export type Document = {
/**
 * The name that the file gives itself. The folder's name is what counts.
 */
name: string | null,
/**
 * What the prompt is for.
 */
description: string | null,
/**
 * The model that the file was written for. Routes decide; this is a note.
 */
model: string | null,
/**
 * How a model should answer.
 */
parameters: Params,
/**
 * Options of the model that Signalbox keeps and doesn't send.
 */
other_parameters: Record<string, unknown>,
/**
 * The variables, in the file's order.
 */
inputs: Array<Variable>,
/**
 * The JSON Schema of the answer.
 */
output: unknown,
/**
 * The tools, in the file's order.
 */
tools: Array<Tool>,
/**
 * Exchanges that show the model what is wanted, in the file's order.
 */
examples: Array<Example>,
/**
 * What the template's includes stand for. It is written when a version is saved.
 */
includes: Array<IncludePin>, };
