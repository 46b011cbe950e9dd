// Made from the list of commands by `cargo xtask bindings`.
/**
 * A tool that the model may call.
 */
export type Tool = {
/**
 * Its name.
 */
name: string,
/**
 * `function`, or a kind of Prompty's that Signalbox keeps and doesn't offer to the model.
 */
kind: string,
/**
 * What it does, for the model.
 */
description: string | null,
/**
 * The JSON Schema of its parameters.
 */
parameters: unknown,
/**
 * Whether the model is held to the schema.
 */
strict: boolean,
/**
 * The variables that fill some of its parameters in the model's place.
 */
bound: Array<string>, };
