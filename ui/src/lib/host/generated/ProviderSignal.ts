// Made from the list of commands by `cargo xtask bindings`.
import type { Signal } from "./Signal.ts";

/**
 * How a provider does.
 */
export type ProviderSignal = {
/**
 * The provider.
 */
provider: string,
/**
 * How it does.
 */
signal: Signal,
/**
 * The same in a word.
 */
word: string,
/**
 * The last failure, in words.
 */
detail: string | null,
/**
 * When that was.
 */
at: string, };
