// Made from the list of commands by `cargo xtask bindings`.
import type { Signal } from "./Signal.ts";

/**
 * How one provider does.
 */
export type ProviderSignal = {
/**
 * Its name.
 */
provider: string,
/**
 * The signal.
 */
signal: Signal,
/**
 * The signal in words.
 */
word: string,
/**
 * More about it.
 */
detail: string | null,
/**
 * Since when.
 */
at: string, };
