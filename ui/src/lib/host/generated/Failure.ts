// Made from the list of commands by `cargo xtask bindings`.
import type { ErrorClass } from "./ErrorClass.ts";

/**
 * A failure as it is stored and shown: what happened, and what to do.
 */
export type Failure = {
/**
 * The class, which decides what happens next.
 */
class: ErrorClass,
/**
 * What happened, without any key.
 */
message: string,
/**
 * What to do about it.
 */
hint: string | null,
/**
 * The HTTP status of the provider, where there was one.
 */
status: number | null,
/**
 * How long the provider asks to wait, or how long a caller should, in milliseconds.
 */
retry_after_ms: number | null, };
