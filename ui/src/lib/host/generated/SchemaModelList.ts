// Made from the list of commands by `cargo xtask bindings`.
import type { SchemaModel } from "./SchemaModel.ts";

/**
 * What each model enforces of a schema.
 */
export type SchemaModelList = {
/**
 * The models in the order of `signalbox.toml`.
 */
models: Array<SchemaModel>, };
