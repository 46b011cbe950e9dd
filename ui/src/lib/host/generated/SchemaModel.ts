// Made from the list of commands by `cargo xtask bindings`.
import type { SchemaLoss } from "./SchemaLoss.ts";
import type { SchemaMode } from "./SchemaMode.ts";

/**
 * What one model enforces of a schema.
 */
export type SchemaModel = {
/**
 * The model.
 */
model: string,
/**
 * Its provider.
 */
provider: string,
/**
 * Whether it is simulated.
 */
simulated: boolean,
/**
 * The strongest way in which it is asked.
 */
mode: SchemaMode,
/**
 * What of the schema isn't sent, or only in another form.
 */
losses: Array<SchemaLoss>, };
