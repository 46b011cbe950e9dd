// Made from the list of commands by `cargo xtask bindings`.
import type { Attempt } from "./Attempt.ts";
import type { Badge } from "./Badge.ts";
import type { CacheHit } from "./CacheHit.ts";
import type { CallId } from "./CallId.ts";
import type { CallStatus } from "./CallStatus.ts";
import type { Caller } from "./Caller.ts";
import type { ContentHash } from "./ContentHash.ts";
import type { Failure } from "./Failure.ts";
import type { FinishReason } from "./FinishReason.ts";
import type { Money } from "./Money.ts";
import type { Origin } from "./Origin.ts";
import type { PromptRef } from "./PromptRef.ts";
import type { Role } from "./Role.ts";
import type { Served } from "./Served.ts";
import type { Settlement } from "./Settlement.ts";
import type { Target } from "./Target.ts";
import type { Usage } from "./Usage.ts";

/**
 * One request through the gateway: everything about it but its texts and decisions.
 */
export type Call = {
/**
 * Its identifier.
 */
id: CallId,
/**
 * Why it was made.
 */
role: Role,
/**
 * Where it stands.
 */
status: CallStatus,
/**
 * The prompt that it used.
 */
prompt: PromptRef | null,
/**
 * What the caller asked to be served by.
 */
target: Target,
/**
 * Who really answered.
 */
served: Served | null,
/**
 * Whether the answer comes from the simulated provider.
 */
simulated: boolean,
/**
 * Where it came from.
 */
origin: Origin,
/**
 * For whom it is made.
 */
caller: Caller,
/**
 * Whether another than the first candidate answered, or a stale stored answer.
 */
degraded: boolean,
/**
 * Why it is degraded, in words.
 */
degraded_reason: string | null,
/**
 * The stored answer that was served; none when it was made for this call.
 */
cache: CacheHit | null,
/**
 * When it began.
 */
started_at: string,
/**
 * Milliseconds from the beginning to the first piece of the answer.
 */
first_token_ms: number | null,
/**
 * Milliseconds from the beginning to the end.
 */
total_ms: number | null,
/**
 * Tokens used by all attempts.
 */
usage: Usage | null,
/**
 * The money reserved for it.
 */
held: Money,
/**
 * What it cost.
 */
settlement: Settlement | null,
/**
 * What the user is shown about the check.
 */
badge: Badge,
/**
 * Why the model stopped.
 */
finish: FinishReason | null,
/**
 * Why it failed or was refused.
 */
failure: Failure | null,
/**
 * Its tries upstream.
 */
attempts: Array<Attempt>,
/**
 * The hash of what came besides the answer's text: thoughts, tool calls and unknown fields; none when there was
 * nothing.
 */
reply_hash: ContentHash | null,
/**
 * The hash of the answer as delivered.
 */
answer_hash: ContentHash | null,
/**
 * The hash of the configuration under which it ran.
 */
config_hash: ContentHash, };
