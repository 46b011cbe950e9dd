// Made from the list of commands by `cargo xtask bindings`.
/**
 * An attempt that failed. What is absent may be anything.
 */
export type FailedAttempt = {
/**
 * The provider.
 */
provider: string | null,
/**
 * The model.
 */
model: string | null,
/**
 * How it failed: the `kind` of an `ErrorClass`.
 */
error: string | null,
/**
 * The provider's HTTP status.
 */
status: number | null, };
