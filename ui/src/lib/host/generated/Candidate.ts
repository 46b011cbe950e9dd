// Made from the list of commands by `cargo xtask bindings`.
import type { ModelRow } from "./ModelRow.ts";
import type { ProviderKind } from "./ProviderKind.ts";
import type { Signal } from "./Signal.ts";

/**
 * A model that a route may name.
 */
export type Candidate = {
/**
 * The model.
 */
model: ModelRow,
/**
 * The name of its provider.
 */
provider: string,
/**
 * What the provider is.
 */
kind: ProviderKind,
/**
 * How the provider does.
 */
signal: Signal,
/**
 * The signal in words.
 */
word: string,
/**
 * Why it can't be called now, such as a missing key; none when nothing is known to keep it from it.
 */
problem: string | null, };
