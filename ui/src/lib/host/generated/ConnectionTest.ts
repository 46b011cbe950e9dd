// Made from the list of commands by `cargo xtask bindings`.
import type { FoundModel } from "./FoundModel.ts";
import type { TestStep } from "./TestStep.ts";

/**
 * What a test of a connection found.
 */
export type ConnectionTest = {
/**
 * The steps that were taken, in their order; the last one failed unless all are fine.
 */
steps: Array<TestStep>,
/**
 * The models that were listed.
 */
models: Array<FoundModel>, };
