// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a filter can choose from: the values that occur in the log, sorted.
 */
export type CallFacets = {
/**
 * Prompts.
 */
prompts: Array<string>,
/**
 * Routes that were asked for.
 */
routes: Array<string>,
/**
 * Models that answered or were tried.
 */
models: Array<string>,
/**
 * Providers that answered or were tried.
 */
providers: Array<string>,
/**
 * Where calls came from: the `kind` of an `Origin`.
 */
origins: Array<string>,
/**
 * Users for whom calls were made.
 */
users: Array<string>,
/**
 * App tokens with which they were asked for.
 */
tokens: Array<string>,
/**
 * With what calls ended: the `kind` of an `ErrorClass`.
 */
errors: Array<string>, };
