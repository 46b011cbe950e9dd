import type { Aspect } from "./components/signal.ts";
import { formatMoney } from "./format/money.ts";
import { formatDuration } from "./format/numbers.ts";
import type { Call, ErrorClass } from "./host/index.ts";
import { badgeSignal } from "./prompts.ts";

/** A call's state as a signal; `plain` while it runs, because nothing is decided. */
export interface CallSignal {
  aspect: Aspect | "plain";
  word: string;
  reason?: string;
}

/** The one signal of a call in a list: why it stopped, that it was degraded, or its badge. */
export function callSignal(call: Call): CallSignal {
  if (call.status === "running") return { aspect: "plain", word: "running" };
  if (call.status === "refused") return { aspect: "stop", word: "refused", reason: call.failure?.message };
  if (call.status === "failed") return { aspect: "stop", word: "failed", reason: call.failure?.message };
  if (call.status === "cancelled") return { aspect: "caution", word: "cancelled" };
  if (call.status === "interrupted") {
    return { aspect: "caution", word: "interrupted", reason: "Signalbox stopped before the call did" };
  }
  if (call.degraded)
    return { aspect: "caution", word: "degraded", reason: "another than the first candidate answered" };
  return badgeSignal(call.badge);
}

/** Who answers, as far as is known: the served model, the one being tried, or what was asked for. */
export function modelOf(call: Call): string {
  return call.served?.model ?? call.attempts.at(-1)?.model ?? call.target.name;
}

/** The time that a call took, so far or as a whole. */
export function callTime(call: Call): string {
  return call.total_ms === null ? "" : formatDuration(call.total_ms);
}

/** What a call cost; nothing while it runs. */
export function callCost(call: Call): string {
  return call.settlement ? formatMoney(call.settlement.amount) : "";
}

/** The words of an error class, with the status that people know it by. */
export function classWord(error: ErrorClass): string {
  const words: Record<ErrorClass["kind"], string> = {
    client: "400 bad request",
    auth: "key refused",
    billing: "no credit",
    rate_limited: "429 rate limited",
    context_window: "too long",
    content_policy: "refused by policy",
    overloaded: "503 overloaded",
    server: "server error",
    connect: "no connection",
    timeout: "timed out",
    stream_cut: "stream cut",
    malformed: "unreadable",
    empty: "empty answer",
    schema_invalid: "not the schema",
    budget: "budget exceeded",
    guardrail: "blocked",
    unavailable: "unavailable",
  };
  return words[error.kind];
}

/** The groups of calls that a filter can choose. */
export type CallGroup = "all" | "running" | "verified" | "degraded" | "stopped" | "unverified";

/** The group of a call beside `all`. */
export function groupOf(call: Call): Exclude<CallGroup, "all"> {
  const { aspect } = callSignal(call);
  if (aspect === "plain") return "running";
  return ({ clear: "verified", caution: "degraded", stop: "stopped", dark: "unverified" } as const)[aspect];
}
