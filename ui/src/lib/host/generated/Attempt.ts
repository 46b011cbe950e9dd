// Made from the list of commands by `cargo xtask bindings`.
import type { AttemptReason } from "./AttemptReason.ts";
import type { ContentHash } from "./ContentHash.ts";
import type { Failure } from "./Failure.ts";
import type { FinishReason } from "./FinishReason.ts";
import type { Money } from "./Money.ts";
import type { Usage } from "./Usage.ts";

/**
 * One try upstream.
 */
export type Attempt = {
/**
 * Its number, from 1.
 */
number: number,
/**
 * The provider's name.
 */
provider: string,
/**
 * The model's name.
 */
model: string,
/**
 * Why it was made.
 */
reason: AttemptReason,
/**
 * The name of the key that was used, where the provider has several.
 */
key: string | null,
/**
 * Milliseconds that were waited before it.
 */
waited_ms: number,
/**
 * When it was sent.
 */
started_at: string,
/**
 * Milliseconds until the first piece of the answer.
 */
first_token_ms: number | null,
/**
 * Milliseconds until it ended.
 */
total_ms: number | null,
/**
 * The hash of the bytes that were sent.
 */
request_hash: ContentHash,
/**
 * The hash of the text that came, where an answer with a schema was asked for and the text isn't what was delivered.
 */
raw_hash?: ContentHash,
/**
 * Tokens used, where the provider said.
 */
usage: Usage | null,
/**
 * What this attempt cost.
 */
cost: Money | null, } & ({ "state": "waiting" } | { "state": "streaming" } | { "state": "complete",
/**
 * Why the model stopped.
 */
finish: FinishReason, } | { "state": "failed",
/**
 * How.
 */
failure: Failure, } | { "state": "cancelled" });
