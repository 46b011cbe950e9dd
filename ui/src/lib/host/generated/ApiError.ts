// Made from the list of commands by `cargo xtask bindings`.
import type { Code } from "./Code.ts";

/**
 * What a command fails with.
 */
export type ApiError = {
/**
 * What kind it is.
 */
code: Code,
/**
 * What happened, and where.
 */
message: string,
/**
 * What to do about it.
 */
hint: string | null,
/**
 * More for a report, such as the chain of causes.
 */
details: string | null, };
