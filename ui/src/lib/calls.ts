import type { Aspect } from "./components/signal.ts";
import { formatMoney } from "./format/money.ts";
import { formatDuration } from "./format/numbers.ts";
import { ago } from "./format/time.ts";
import type { Attempt, Call, ErrorClass } from "./host/index.ts";
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
  if (call.degraded) return { aspect: "caution", word: "degraded", reason: degradedReason(call) };
  return badgeSignal(call.badge);
}

/** Why a call is degraded, in words; nothing when it isn't. */
export function degradedReason(call: Call): string | undefined {
  if (!call.degraded) return undefined;
  return call.degraded_reason ?? "another than the first candidate answered";
}

/** Where a call came from. */
export type CallOrigin =
  | { kind: "app" }
  | { kind: "command_line" }
  | { kind: "endpoint"; protocol: string }
  | { kind: "drill"; name: string }
  | { kind: "replay"; of: string };

const ORIGINS = ["command_line", "endpoint", "drill", "replay"];

/** The origin of a call; one of a newer version counts as the window's own. */
export function originOf(call: Call): CallOrigin {
  const origin = call.origin as { kind: string };
  return ORIGINS.includes(origin.kind) ? (origin as CallOrigin) : { kind: "app" };
}

/** The origin in a word, and in a sentence. */
export function originWord(origin: CallOrigin): { word: string; title: string } {
  switch (origin.kind) {
    case "app":
      return { word: "window", title: "Made in the window" };
    case "command_line":
      return { word: "command line", title: "Made by signalbox-cli" };
    case "endpoint":
      return { word: "endpoint", title: `Asked for by another program, as ${origin.protocol.replaceAll("_", " ")}` };
    case "drill":
      return { word: "drill", title: origin.name };
    case "replay":
      return { word: "replay", title: "A call that was sent again" };
  }
}

/** For whom a call was made: the app token's name and the user, as far as they are known. */
export function callerWords(call: Call): string {
  const { token, user } = call.caller;
  return [token, user ? `user ${user}` : ""].filter(Boolean).join(", ");
}

/** That a call was answered from the cache, and how old the answer was: `cached, 12 min old`. */
export function cacheWord(call: Call): string | undefined {
  if (!call.cache) return undefined;
  const age = ago(new Date(0), new Date(call.cache.age_ms));
  return `${call.cache.stale ? "stale, " : "cached, "}${age === "just now" ? "just made" : `${age} old`}`;
}

/** Why an attempt was made, in the words of the decisions. */
export function reasonWord(reason: Attempt["reason"]): string {
  if (reason === "other_key") return "other key";
  return reason === "reask" ? "asked again" : reason;
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

/** Whether a call belongs to a group. An answer can be degraded and unverified at once, and belongs to both. */
export function isIn(call: Call, group: CallGroup): boolean {
  const own = groupOf(call);
  if (group === "all" || group === own) return true;
  const judged = group === "verified" || group === "unverified";
  return judged && own !== "running" && own !== "stopped" && call.badge.state === group;
}

/** The group of a call beside `all`. */
export function groupOf(call: Call): Exclude<CallGroup, "all"> {
  const { aspect } = callSignal(call);
  if (aspect === "plain") return "running";
  return ({ clear: "verified", caution: "degraded", stop: "stopped", dark: "unverified" } as const)[aspect];
}
