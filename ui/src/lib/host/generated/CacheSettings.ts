// Made from the list of commands by `cargo xtask bindings`.
/**
 * How answers are kept.
 */
export type CacheSettings = {
/**
 * How old an answer may be that is served instead of a new one, in milliseconds.
 */
max_age_ms: number,
/**
 * Whether an older one may be served when the whole chain has failed.
 */
stale: boolean, };
