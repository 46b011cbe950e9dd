// Made from the list of commands by `cargo xtask bindings`.
import type { CallStatus } from "./CallStatus.ts";
import type { FailedAttempt } from "./FailedAttempt.ts";
import type { Money } from "./Money.ts";
import type { Role } from "./Role.ts";

/**
 * Which calls are meant. All conditions hold together; what is empty, absent or false asks for nothing, and a list asks
 * for any of its values. A filter that was saved before a condition existed is read without it.
 */
export type CallFilter = {
/**
 * Words of the prompt's name, the models, the messages, the answer or the error. Every word must be there; the
 * last one may be the beginning of a word, and words in double quotes must follow one another.
 */
text: string,
/**
 * Where the calls stand.
 */
statuses: Array<CallStatus>,
/**
 * Why they were made.
 */
roles: Array<Role>,
/**
 * Names of prompts. One that ends in `/*` means every prompt whose name begins with what stands before the `*`.
 */
prompts: Array<string>,
/**
 * Names of routes that were asked for.
 */
routes: Array<string>,
/**
 * Names of models: the one that answered, or the last that was tried when none did.
 */
models: Array<string>,
/**
 * Names of providers, by the same rule.
 */
providers: Array<string>,
/**
 * Where the calls came from: the `kind` of an `Origin`.
 */
origins: Array<string>,
/**
 * Names of users for whom calls were made.
 */
users: Array<string>,
/**
 * Names of app tokens with which they were asked for.
 */
tokens: Array<string>,
/**
 * How the answers were judged: the `state` of a `Badge`.
 */
badges: Array<string>,
/**
 * Only degraded ones.
 */
degraded: boolean,
/**
 * Only those that were answered from the cache.
 */
cached: boolean,
/**
 * With what the calls themselves ended: the `kind` of an `ErrorClass`.
 */
errors: Array<string>,
/**
 * Only calls with such a failed attempt, however they ended.
 */
failed_attempt: FailedAttempt | null,
/**
 * Only those that cost this much or more.
 */
cost_at_least: Money | null,
/**
 * Only those that took longer, in milliseconds.
 */
slower_than_ms: number | null,
/**
 * Only those that began then or later.
 */
from: string | null,
/**
 * Only those that began before.
 */
to: string | null, };
